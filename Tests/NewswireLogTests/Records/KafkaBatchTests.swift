import NewswireLog
import Testing

/// Batches that Kafka 4.3.1 wrote (console producer; the last one its own metadata log).
@Suite struct KafkaBatchTests {
    @Test func `plain batches with headers and nulls`() throws {
        let read = try readAll(plain)
        #expect(read.map(\.offset) == [0, 1, 2, 3])
        #expect(
            read[0].record
                == SampleRecord(
                    key: Array("k1".utf8), value: Array("first value".utf8),
                    headers: [
                        SampleHeader(name: "type", value: Array("Order".utf8)),
                        SampleHeader(name: "trace", value: []),
                    ], timestamp: 1_795_511_537_925))
        #expect(
            read[1...].map(\.record.timestamp) == [
                1_795_511_564_391, 1_795_511_564_398, 1_795_511_564_398,
            ])
        #expect(read[1...].map(\.record.key) == [Array("k1".utf8), nil, Array("k3".utf8)])
        #expect(read[1...].map(\.record.value) == [Array("v1".utf8), Array("v2".utf8), nil])
        let header = try RecordBatchValidator.verifyAppended(plain.rawSpan)
        #expect(header.producer == ProducerIdentity(producerId: 0, epoch: 0, sequence: 0))
    }

    @Test func `a batch with append time`() throws {
        let read = try readAll(appendTime)
        #expect(read.map(\.record.timestamp) == [1_795_511_540_239])
    }

    @Test func `a gzip batch`() throws {
        let read = try readAll(gzip)
        #expect(read.count == 50)
        #expect(read.last?.record.value == Array("the same text again and again 50".utf8))
        try RecordBatchValidator.verifyRecords(gzip.rawSpan)
    }

    @Test func `a control batch without a producer`() throws {
        #expect(try readAll(leaderChange).isEmpty)
        var options = RecordReaderOptions()
        options.includesControlRecords = true
        let read = try readAll(leaderChange, options)
        let (key, value) = (try #require(read.first).record.key, read.first?.record.value)
        let control = try ControlRecord(key: key?.rawSpan, value: value?.rawSpan)
        #expect(control.name == "LEADER_CHANGE")
    }

    @Test func `our own encoder writes the same bytes`() throws {
        let records = try readAll(Array(plain[99...])).map(\.record)
        let how = SampleSeal(
            producer: ProducerIdentity(producerId: 3, epoch: 0, sequence: 0), baseOffset: Offset(1))
        #expect(try sampleBatch(records, how) == Array(plain[99...]))
    }

    private let plain = Self.bytes(
        """
        0000000000000000000000570000000002a75154a7000000000000000001a20cd3d105000001a20c
        d3d1050000000000000000000000000000000000014a000000046b311666697273742076616c7565
        0408747970650a4f726465720a74726163650000000000000000010000004e00000000029bd73e96
        000000000002000001a20cd43867000001a20cd4386e000000000000000300000000000000000003
        14000000046b310476310010000e02010476320010000e04046b330100
        """)

    private let appendTime = Self.bytes(
        """
        0000000000000000000000570000000002a3ec3239000800000000000001a20cd3d9dd000001a20c
        d3da0f0000000000000001000000000000000000014a000000046b311666697273742076616c7565
        0408747970650a4f726465720a747261636500
        """)

    private let gzip = Self.bytes(
        """
        0000000000000000000001dc000000000254b9c01d000100000031000001a20cd3e11c000001a20c
        d3e1320000000000000002000000000000000000321f8b08000000000000ff85d1dd4704510086f1
        b192b5922449b2c61ac791919d73ce7c6cb25692244992acac26ad4ada9bf6a2fefb9cb77dbb7def
        9e8bdfdd334d92a4fb31ff29c6cbb779fad57eced3e5fc7b99b6afedfb226d172fab2a3a9db6f33c
        4dfa9da89dd08e7a2d6a2fb45fe9743dea2074a0ee465d0a5daef4a01775257445bd11752d744dbd
        1975237443bd15f548e811f42c196cf7e29de144ec19d2efc017ca17f4bbf04e7947bf07ef95f72b
        9fedc307e503fd017ca97c49df87af94afe853f85af99a7e00df28dfd067f023e5f93733d13bf5d7
        f16f66e1d55fc7bfd921bcfaebf837cbe1d55fc7bfe6085efd75fc6b86f0eaafe35fe3e0d55fc7bf
        26c0abbf8e7f4d05affe3afe350dbcfaebf8d71c47efd55fcfbfe6045efdf5fc6bc6f0eaafe75f33
        81577ffdffdf5378f5d7f3af3d83577f3dffda7378f5d7f3afbd80577f3dffda4b78f5d7f3afbd82
        577f3dffdaebe883fa1bf8d7dec0abbf817fed2dbcfa1bf8d7dec1abbf817ff37b78f537f06ffe00
        affe06fecda7f0ea6fe0dffc115efd0dfc9bcfe0d5dfc0bff913bcfa1bf8377f8ebe547fcbbfbfbf
        1c4e01a54e090000
        """)

    private let leaderChange = Self.bytes(
        """
        00000000000000000000004f00000001021db73401002000000000000001a20cd3b43f000001a20c
        d3b43fffffffffffffffffffffffffffff000000013a000000080000000226000000000001020000
        0001000200000001000000
        """)

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(16 * digits[$0] + digits[$0 + 1])
        }
    }
}
