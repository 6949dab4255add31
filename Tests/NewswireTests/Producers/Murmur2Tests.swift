import Newswire
import NewswireLog
import Testing

@Suite struct Murmur2Tests {
    // What org.apache.kafka.common.utils.Utils.murmur2 of Kafka 4.3.1 answers, as a signed number,
    // and `toPositive` of it modulo 12.
    static let kafkasAnswers: [(key: [UInt8], hash: Int32, partitionOf12: Int)] = [
        ([], 275_646_681, 9),
        ([0x61], -1_563_381_124, 4),
        ([0x61, 0x62], 316_155_434, 2),
        ([0x61, 0x62, 0x63], 479_470_107, 3),
        (Array("abcd".utf8), -1_323_649_548, 8),
        (Array("abcde".utf8), 461_995_741, 1),
        (Array("21".utf8), -973_932_308, 0),
        (Array("foobar".utf8), -790_332_482, 6),
        (Array("a-little-bit-long-string".utf8), -985_981_536, 8),
        (Array("a-little-bit-longer-string".utf8), -1_486_304_829, 11),
        (Array("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8".utf8), -58_897_971, 5),
        (Array("order-4711".utf8), 1_584_983_611, 7),
        (Array("K\u{f6}ln".utf8), -1_565_466_730, 10),
        ([0], 375_494_588, 8),
        ([0xff], -311_467_685, 3),
        ([0x80, 0xff, 0x7f], -1_765_891_516, 4),
        ([0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9], -166_236_347, 9),
        (Array(0...255), -1_948_347_274, 10),
    ]

    @Test(arguments: kafkasAnswers)
    func `a key hashes as in Kafka`(key: [UInt8], hash: Int32, partitionOf12: Int) {
        let ours = Int32(bitPattern: Murmur2.hash(key.rawSpan))
        #expect(ours == hash)
        let partition = Partitioner.partition(for: key.rawSpan, of: 12)
        #expect(partition == partitionOf12)
    }

    // The fold `h = 31 * h + murmur2(prefix)` over all prefixes of 1,000 bytes, computed with
    // Kafka.
    @Test func `keys of every length hash as in Kafka`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 131 + 7) }
        let fold = (0...1000).reduce(0 as Int32) { fold, length in
            let prefix = Array(bytes.prefix(length))
            return 31 &* fold &+ Int32(bitPattern: Murmur2.hash(prefix.rawSpan))
        }
        #expect(fold == -854_437_748)
    }
}

@Suite struct PartitionerTests {
    @Test func `an empty key is a key`() {
        let partitioner = Partitioner(partitionCount: 12, start: 3)
        let key: [UInt8] = []
        let partition = partitioner.partition(for: key.rawSpan)
        #expect(partition == 9)
    }

    @Test func `records without a key stay together until a batch ends`() {
        var partitioner = Partitioner(partitionCount: 3, start: 4)
        let first = partitioner.partition(for: nil)
        let second = partitioner.partition(for: nil)
        #expect(first == 1)
        #expect(second == 1)
        partitioner.advanceStickyPartition()
        #expect(partitioner.stickyPartition == 2)
        partitioner.advanceStickyPartition()
        #expect(partitioner.stickyPartition == 0)
    }

    @Test(arguments: [Int.min, -1, 0, 7, Int.max])
    func `any start is a partition`(start: Int) {
        let partitioner = Partitioner(partitionCount: 5, start: start)
        #expect((0..<5).contains(partitioner.stickyPartition))
    }
}
