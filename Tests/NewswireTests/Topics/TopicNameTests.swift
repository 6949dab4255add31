import Newswire
import Testing

struct TopicNameTests {
    @Test(arguments: ["a", "orders", "A.b_c-9", "...", String(repeating: "x", count: 249)])
    func `Kafka's names are fine`(name: String) throws {
        try TopicName.validateForUsers(name)
    }

    @Test(arguments: [
        "", ".", "..", "a b", "a/b", "ä", "a\0b", "a\n", String(repeating: "x", count: 250),
    ])
    func `other names are refused`(name: String) {
        #expect(throws: NewswireError.self) { try TopicName.validate(name) }
    }

    @Test func `names that begin with two underscores belong to the engine`() throws {
        try TopicName.validate("__metadata")
        #expect(
            code { try TopicName.validateForUsers("__metadata") }
                == .internalTopic)
    }

    @Test func `an id reads back what it writes, as Kafka's base64`() throws {
        let id = TopicID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(id.description == "ASNFZ4mrze_-3LqYdlQyEA")
        #expect(TopicID(id.description) == id)
        #expect(TopicID(high: 0, low: 1).description == "AAAAAAAAAAAAAAAAAAAAAQ")
        #expect(TopicID("AAAAAAAAAAAAAAAAAAAAAQ") == TopicID(high: 0, low: 1))
    }

    @Test(arguments: [
        "", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "+AAAAAAAAAAAAAAAAAAAAA",
    ])
    func `what is no id is not read as one`(text: String) {
        #expect(TopicID(text) == nil)
    }

    @Test(arguments: [
        ("retention.mss", "retention.ms"), ("segmentbytes", "segment.bytes"),
        ("max.mesage.bytes", "max.message.bytes"), ("zzzzzz", nil), ("", nil),
    ])
    func `the nearest name is suggested, and none when all are far`(typed: String, nearest: String?)
    {
        #expect(nearestName(to: typed, among: TopicConfiguration.keys) == nearest)
    }
}
