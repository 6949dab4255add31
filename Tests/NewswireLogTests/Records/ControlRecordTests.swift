import NewswireLog
import Testing

@Suite struct ControlRecordTests {
    @Test(arguments: [
        ControlRecord.abort(coordinatorEpoch: 5), .commit(coordinatorEpoch: .max),
    ])
    func `a transaction marker reads back`(marker: ControlRecord) throws {
        #expect(try read(marker.key, marker.value) == marker)
    }

    @Test func `a marker batch is Kafka's, byte for byte`() throws {
        let marker = ControlRecord.commit(coordinatorEpoch: 0)
        let producer = ProducerIdentity(producerId: 4, epoch: 0, sequence: -1)
        let record = SampleRecord(key: marker.key, value: marker.value)
        let batch = try sampleBatch(
            [record], SampleSeal(producer: producer, kind: .transactionMarker))
        #expect(batch.count == 78)
        let header = try RecordBatchValidator.verifyAppended(batch.rawSpan)
        #expect(header.attributes.bits == 0x30)
        #expect(header.producer == producer)
    }

    @Test func `types of Kafka's brokers are kept by number`() throws {
        let other = try read([0, 0, 0, 2], [1, 2, 3])
        #expect(other == .other(type: 2))
        #expect(other.name == "LEADER_CHANGE")
        #expect(ControlRecord.other(type: 99).name == "UNKNOWN")
    }

    @Test func `a key or value that is too short is refused`() {
        #expect(throws: BatchFailure.self) { try read([0, 0, 0], [0, 0, 0, 0, 0, 0]) }
        #expect(throws: BatchFailure.self) { try read(nil, nil) }
        #expect(throws: BatchFailure.self) { try read([0, 0, 0, 1], [0, 0, 0, 0, 0]) }
        #expect(throws: BatchFailure.self) { try read([0, 0, 0, 0], nil) }
        #expect(throws: BatchFailure.self) { try read([0xff, 0xff, 0, 2], nil) }
    }

    private func read(_ key: [UInt8]?, _ value: [UInt8]?) throws(BatchFailure) -> ControlRecord {
        try ControlRecord(key: key?.rawSpan, value: value?.rawSpan)
    }
}
