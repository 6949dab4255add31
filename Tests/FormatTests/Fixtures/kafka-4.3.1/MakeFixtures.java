// Writes the topics of this folder to a Kafka broker; see README.md. One argument: the step to do.
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

public class MakeFixtures {
    static final String SERVER = "127.0.0.1:" + System.getProperty("port", "19092");
    static final long START = 1_760_000_000_000L;
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "create" -> create();
            case "first" -> first();
            case "second" -> secondEpoch();
            case "expected" -> expected(Path.of(arguments[1]));
        }
    }

    static void first() throws Exception {
        codecs();
        segments();
        transactions();
        compacted();
        trimmed();
        group();
    }

    static void create() throws Exception {
        var topics = new ArrayList<NewTopic>();
        for (var codec : CODECS) topics.add(topic("codec-" + codec, Map.of()));
        topics.add(topic("append-time", Map.of("message.timestamp.type", "LogAppendTime")));
        var small = Map.of("segment.ms", "60000", "index.interval.bytes", "256");
        topics.add(topic("segments", small));
        topics.add(topic("transactions", small));
        topics.add(topic("trimmed", small));
        topics.add(topic("compacted", Map.of(
            "cleanup.policy", "compact", "segment.ms", "60000", "min.cleanable.dirty.ratio", "0.01",
            "delete.retention.ms", "86400000", "index.interval.bytes", "256")));
        try (var admin = Admin.create(Map.of("bootstrap.servers", SERVER))) {
            admin.createTopics(topics).all().get();
        }
    }

    static NewTopic topic(String name, Map<String, String> more) {
        var configuration = new HashMap<>(more);
        configuration.put("retention.ms", "-1");
        return new NewTopic(name, 1, (short) 1).configs(configuration);
    }

    static Producer<byte[], byte[]> producer(String codec, String transactionalId) {
        var properties = new Properties();
        properties.put("bootstrap.servers", SERVER);
        properties.put("compression.type", codec);
        properties.put("linger.ms", "60000");  // A batch ends where the program flushes.
        properties.put("batch.size", "65536");
        if (transactionalId != null) properties.put("transactional.id", transactionalId);
        return new KafkaProducer<>(
            properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static void send(Producer<byte[], byte[]> producer, String topic, long second, String key,
                     String value, Header... headers) {
        producer.send(new ProducerRecord<>(
            topic, 0, START + second * 1000, bytes(key), bytes(value), List.of(headers)));
    }

    static String order(int number) {
        return "{\"type\":\"OrderPlaced\",\"order\":\"o-" + number + "\",\"cents\":"
            + 999 * (number % 17 + 1) + ",\"note\":\"Grüße, 世界\"}";
    }

    // Every kind of key, value and header that a record can have, in three batches of ten.
    static void codecs() {
        for (var codec : CODECS) {
            try (var producer = producer(codec, null)) {
                variety(producer, "codec-" + codec);
            }
        }
        try (var producer = producer("none", null)) {
            variety(producer, "append-time");
        }
    }

    static void variety(Producer<byte[], byte[]> producer, String topic) {
        for (int batch = 0; batch < 3; batch++) {
            int first = batch * 10;
            send(producer, topic, first, "key-" + first, order(first));
            send(producer, topic, first + 1, null, "no key");
            send(producer, topic, first + 2, "no value", null);
            send(producer, topic, first + 3, null, null);
            send(producer, topic, first + 4, "", "");
            send(producer, topic, first + 5, "headers", "three",
                new RecordHeader("trace", bytes("abc-" + batch)),
                new RecordHeader("empty", new byte[0]),
                new RecordHeader("null", (byte[]) null));
            send(producer, topic, first + 6, "headers", "twice the same",
                new RecordHeader("x", bytes("1")), new RecordHeader("x", bytes("2")));
            send(producer, topic, first + 2, "late", "a timestamp that goes back");
            send(producer, topic, first + 8, "long", "0123456789abcdef".repeat(40));
            send(producer, topic, first + 9, "key-" + first, order(first + 9));
            producer.flush();
        }
    }

    // A roll every 60 seconds of record time; several index slots in each segment.
    static void segments() {
        try (var producer = producer("none", null)) {
            for (int number = 0; number < 120; number++) {
                send(producer, "segments", number * 3L, "k-" + number % 7, order(number));
                if (number % 4 == 3) producer.flush();
            }
        }
    }

    static void transactions() {
        try (var producer = producer("none", "fixture-a");
             var other = producer("none", "fixture-b")) {
            producer.initTransactions();
            other.initTransactions();
            for (int round = 0; round < 4; round++) {
                producer.beginTransaction();
                other.beginTransaction();
                for (int number = 0; number < 5; number++) {
                    long second = round * 45 + number * 3L;
                    send(producer, "transactions", second, "a-" + round, order(number));
                    producer.flush();
                    send(other, "transactions", second + 1, "b-" + round, order(number));
                    other.flush();
                }
                if (round % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
                if (round == 2) other.abortTransaction();
                else other.commitTransaction();
            }
        }
        try (var producer = producer("none", null)) {
            for (int number = 0; number < 5; number++) {
                send(producer, "transactions", 200 + number, "plain", "outside of any transaction");
            }
        }
    }

    static void compacted() {
        try (var producer = producer("gzip", null)) {
            for (int number = 0; number < 120; number++) {
                String value = number % 10 == 9 ? null : order(number);
                send(producer, "compacted", number * 3L, "k-" + number % 16, value);
                if (number % 5 == 4) producer.flush();
            }
        }
    }

    static void trimmed() throws Exception {
        try (var producer = producer("none", null)) {
            for (int number = 0; number < 60; number++) {
                send(producer, "trimmed", number * 4L, "k-" + number, order(number));
                if (number % 3 == 2) producer.flush();
            }
        }
        try (var admin = Admin.create(Map.of("bootstrap.servers", SERVER))) {
            var before = Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(20));
            admin.deleteRecords(before).all().get();
        }
    }

    static void group() {
        try (var consumer = consumer("fixture-group", "read_uncommitted")) {
            var partition = new TopicPartition("codec-none", 0);
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(17, "by hand")));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(23, "")));
        }
    }

    // After a restart of the broker: a second leader epoch.
    static void secondEpoch() {
        try (var producer = producer("none", null)) {
            for (int number = 0; number < 8; number++) {
                send(producer, "segments", 360 + number, "k-" + number, order(number));
            }
        }
    }

    static KafkaConsumer<byte[], byte[]> consumer(String group, String isolation) {
        var properties = new Properties();
        properties.put("bootstrap.servers", SERVER);
        properties.put("enable.auto.commit", "false");
        properties.put("isolation.level", isolation);
        if (group != null) properties.put("group.id", group);
        return new KafkaConsumer<>(
            properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    // What a consumer sees of each topic, one JSON object a line.
    static void expected(Path folder) throws Exception {
        Files.createDirectories(folder);
        var topics = new ArrayList<>(
            List.of("append-time", "segments", "transactions", "trimmed", "compacted"));
        for (var codec : CODECS) topics.add("codec-" + codec);
        for (var topic : topics) {
            Files.write(folder.resolve(topic + "-0.jsonl"), lines(topic, "read_uncommitted"));
        }
        Files.write(
            folder.resolve("transactions-0.committed.jsonl"),
            lines("transactions", "read_committed"));
    }

    static List<String> lines(String topic, String isolation) {
        var lines = new ArrayList<String>();
        var partition = new TopicPartition(topic, 0);
        try (var consumer = consumer(null, isolation)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) lines.add(json(record));
            }
        }
        return lines;
    }

    static String json(ConsumerRecord<byte[], byte[]> record) {
        var headers = new StringJoiner(",", "[", "]");
        for (var header : record.headers()) {
            headers.add("{\"name\":" + quoted(bytes(header.key()))
                + ",\"value\":" + quoted(header.value()) + "}");
        }
        return "{\"topic\":\"" + record.topic() + "\",\"partition\":" + record.partition()
            + ",\"offset\":" + record.offset() + ",\"timestamp\":" + record.timestamp()
            + ",\"timestampType\":\"" + record.timestampType()
            + "\",\"key\":" + quoted(record.key()) + ",\"value\":" + quoted(record.value()) + ",\"headers\":" + headers + "}";
    }

    static String quoted(byte[] text) {
        if (text == null) return "null";
        var string = new String(text, StandardCharsets.UTF_8);
        return "\"" + string.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
