import NewswireLog
import Testing

struct PartitionMetadataFileTests {
    static let id = TopicID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)

    @Test func `the text is Kafka's`() {
        let text = PartitionMetadataFile.text(Self.id)
        #expect(text == Array("version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA\n".utf8))
        #expect(PartitionMetadataFile.topicID(of: text) == Self.id)
        // Kafka writes no newline at the end.
        #expect(PartitionMetadataFile.topicID(of: Array(text.dropLast())) == Self.id)
    }

    @Test(arguments: [
        "", "version: 0\n", "version: 1\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA\n",
        "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PE\n",
        "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEB\n",
        "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4P+A\n",
        "topic_id: AQIDBAUGBwgJCgsMDQ4PEA\nversion: 0\n",
        "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA\nmore\n", "\0\0\0\0",
    ])
    func `another text is none`(_ text: String) {
        #expect(PartitionMetadataFile.topicID(of: Array(text.utf8)) == nil)
    }
}
