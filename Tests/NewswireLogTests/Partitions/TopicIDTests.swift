import NewswireLog
import NewswireTesting
import Testing

struct TopicIDTests {
    // As org.apache.kafka.common.Uuid spells them.
    @Test(
        arguments: [
            (0, 0, "AAAAAAAAAAAAAAAAAAAAAA"), (0, 1, "AAAAAAAAAAAAAAAAAAAAAQ"),
            (1, 0, "AAAAAAAAAAEAAAAAAAAAAA"), (UInt64.max, UInt64.max, "_____________________w"),
            (0x0102_0304_0506_0708, 0x090a_0b0c_0d0e_0f10, "AQIDBAUGBwgJCgsMDQ4PEA"),
            (0xfbff_fefd_0000_0000, 3, "-__-_QAAAAAAAAAAAAAAAw"),
        ] as [(UInt64, UInt64, String)])
    func `an id is spelled as Kafka spells it`(high: UInt64, low: UInt64, text: String) {
        #expect(TopicID(high: high, low: low).description == text)
        #expect(TopicID(text) == TopicID(high: high, low: low))
    }

    @Test func `any id is read as it is written`() {
        var random = SeededRandom(seed: 11)
        for step in 0..<1000 {
            let id = TopicID(high: random.next(), low: random.next())
            #expect(TopicID(id.description) == id, "seed 11, step \(step)")
        }
    }

    @Test(arguments: [
        "", "AQIDBAUGBwgJCgsMDQ4PE", "AQIDBAUGBwgJCgsMDQ4PEAA", "AQIDBAUGBwgJCgsMDQ4PE=",
        "AQIDBAUGBwgJCgsMDQ4P/A", "AQIDBAUGBwgJCgsMDQ4PEE",
    ])
    func `another text is none`(_ text: String) {
        #expect(TopicID(text) == nil)
    }
}
