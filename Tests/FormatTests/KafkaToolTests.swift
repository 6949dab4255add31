import Foundation
import NewswireLog
import Testing

@Suite(.enabled(if: KafkaTool.command != nil, "NEWSWIRE_KAFKA names no command"))
struct KafkaToolTests {
    @Test(arguments: [CompressionCodec.none, .gzip])
    func `Kafka's own tool reads every record of the log`(_ codec: CompressionCodec) throws {
        let log = try WrittenLog(batchCount: 60, codec)
        let files = try log.files(".log")
        try #require(files.count > 1)
        var lines: [Substring] = []
        for file in files {
            let text = try KafkaTool.dump(file, "--deep-iteration --print-data-log")
            lines += text.split(separator: "\n")
        }
        let batches = lines.filter { $0.hasPrefix("baseOffset:") }.map(DumpLine.init)
        #expect(batches.map { $0["isvalid"] } == Array(repeating: "true", count: 60))
        #expect(batches.allSatisfy { $0["compresscodec"] == codec.name })
        let records = lines.filter { $0.hasPrefix("| offset:") }.map(DumpLine.init)
        #expect(records.map { $0["payload"] } == (0..<300).map(WrittenLog.value))
        #expect(records.map { $0["CreateTime"] } == (0..<300).map { "\(1_760_000_000_000 + $0)" })
        #expect(records.filter { $0["headerKeys"] == "[number]" }.count == 100)
        #expect(records.filter { $0["keySize"] == "-1" }.count == 75)
    }

    @Test(arguments: [".index", ".timeindex"])
    func `Kafka's own tool finds no fault with indexes`(_ suffix: String) throws {
        let log = try WrittenLog(batchCount: 60, .none)
        let files = try log.files(suffix)
        try #require(!files.isEmpty)
        for file in files {
            let text = try KafkaTool.dump(file)
            #expect(!text.contains("ismatch"), "\(file)")
            #expect(text.split(separator: "\n").count > 1, "\(file)")
        }
    }

    @Test func `Kafka's own tool reads the producer snapshots`() throws {
        let log = try WrittenLog(batchCount: 60, .none)
        for file in try log.files(".snapshot") {
            #expect(try KafkaTool.dump(file).contains("Dumping"))
        }
    }
}
