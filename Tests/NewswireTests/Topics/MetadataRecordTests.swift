import Newswire
import NewswireLog
import Testing

struct MetadataRecordTests {
    static let topic = TopicEntry(
        name: "orders", id: TopicID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210),
        partitionIds: [PartitionIdRange(first: 1, count: 2), PartitionIdRange(first: 9, count: 1)],
        configuration: .init(partitions: 3, durability: .written, retention: nil))

    @Test func `a topic is written as the page says`() throws {
        let record = MetadataRecord.topic(Self.topic)
        #expect(text(record.key) == "topic:orders")
        #expect(
            text(record.value) == """
                {"version":1,"name":"orders","id":"ASNFZ4mrze_-3LqYdlQyEA",\
                "partitions":[[1,2],[9,1]],\
                "configuration":{"newswire.durability":"written","retention.ms":"-1"}}
                """)
        #expect(try record.roundTrip() == record)
    }

    @Test func `ids and a deleted topic are written as the page says`() throws {
        let ids = MetadataRecord.ids(nextPartitionId: 12)
        #expect(text(ids.key) == "ids")
        #expect(text(ids.value) == #"{"version":1,"nextPartitionId":12}"#)
        #expect(try ids.roundTrip() == ids)
        let deleted = MetadataRecord.topicDeleted("orders")
        #expect(text(deleted.key) == "topic:orders")
        #expect(deleted.value == nil)
        #expect(try deleted.roundTrip() == deleted)
    }

    @Test func `the page about metadata says what the code does`() throws {
        let topic = MetadataLayout.topicPrefix + "NAME"
        let members =
            MetadataLayout.TopicMember.allCases.map { [topic, $0.rawValue] }
            + MetadataLayout.IdsMember.allCases.map { [MetadataLayout.idsKey, $0.rawValue] }
        let rows = try DocumentationPage("MetadataFormat").rows
        #expect(rows.map { Array($0.prefix(2)) } == members)
        for row in rows where row[1] == "version" {
            #expect(row[2] == String(MetadataLayout.version))
        }
    }

    @Test(arguments: [
        #"{"version":2,"nextPartitionId":1}"#, #"{"more":[{}],"version":2}"#,
    ])
    func `another version is said to be another version`(value: String) {
        #expect(failure("ids", value) == .unknownVersion(2))
    }

    @Test func `an unknown key is said to be of a later version`() {
        #expect(failure("subscription:7", "{}") == .unknownKey("subscription:7"))
    }

    @Test(arguments: [
        ("ids", nil), ("ids", ""), ("ids", "{}"), ("ids", "[]"), ("ids", "1"),
        ("ids", #"{"version":1}"#), ("ids", #"{"version":1,"nextPartitionId":0}"#),
        ("ids", #"{"version":1,"nextPartitionId":"4"}"#),
        ("ids", #"{"version":1,"nextPartitionId":4,"more":1}"#),
        ("ids", #"{"version":1,"version":1,"nextPartitionId":4}"#),
        ("ids", #"{"version":1,"nextPartitionId":4"#),
        ("ids", #"{"version":1,"nextPartitionId":4} x"#),
        ("topic:a/b", nil), ("topic:", nil),
    ])
    func `malformed records are refused`(key: String, value: String?) {
        guard case .malformed = failure(key, value) else {
            Issue.record("\(key) \(value ?? "null") was not refused")
            return
        }
    }

    @Test(arguments: [
        (#""name":"orders""#, #""name":"other""#), (#"[[1,2],[9,1]]"#, "[]"),
        (#"[[1,2],[9,1]]"#, "[[0,3]]"), (#"[[1,2],[9,1]]"#, "[[1,0]]"),
        (#"[[1,2],[9,1]]"#, "[[9223372036854775807,3]]"), (#"[[1,2],[9,1]]"#, "[1,2]"),
        (#"[[1,2],[9,1]]"#, "[[1,2,3]]"), ("ASNFZ4mrze_-3LqYdlQyEA", "short"),
        (#""retention.ms":"-1""#, #""retention.ms":"-9""#),
        (#""retention.ms":"-1""#, #""retention":"1""#), (#""retention.ms":"-1""#, #""x":1"#),
        (#""retention.ms":"-1""#, #""retention.ms":"1","retention.ms":"1""#),
    ])
    func `a malformed topic is refused`(part: String, other: String) {
        let value = text(MetadataRecord.topic(Self.topic).value)?.replacing(part, with: other)
        guard case .malformed = failure("topic:orders", value) else {
            Issue.record("\(value ?? "null") was not refused")
            return
        }
    }

    private func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private func failure(_ key: String, _ value: String?) -> MetadataFailure? {
        do throws(MetadataFailure) {
            _ = try MetadataRecord(
                keyBytes: Array(key.utf8), valueBytes: value.map { Array($0.utf8) })
            return nil
        } catch {
            return error
        }
    }
}

extension MetadataRecord {
    init(keyBytes: [UInt8], valueBytes: [UInt8]?) throws(MetadataFailure) {
        guard let valueBytes else {
            self = try MetadataRecord(key: keyBytes.rawSpan, value: nil)
            return
        }
        self = try MetadataRecord(key: keyBytes.rawSpan, value: valueBytes.rawSpan)
    }

    /// What the record's bytes read back as.
    func roundTrip() throws(MetadataFailure) -> MetadataRecord {
        try MetadataRecord(keyBytes: key, valueBytes: value)
    }
}
