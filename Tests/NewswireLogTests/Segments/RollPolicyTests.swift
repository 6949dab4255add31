import NewswireLog
import Testing

/// When a segment ends: a table.
struct RollPolicyTests {
    /// One line of the table; what is not said is an ordinary segment and batch.
    struct Line: Sendable {
        var byteCount = 500
        var capacity = 1000
        var first: Int64 = 100
        var begun: Int64 = 100
        var hasRoom = true
        var batchBytes = 100
        var lastOffset: Int64 = 60
        var batchTime: Int64 = 150
        var now: Int64 = 150
        var reason: RollPolicy.Reason?
    }

    static let lines = [
        Line(),
        Line(batchBytes: 500),
        Line(batchBytes: 501, reason: .size),
        Line(capacity: 599, reason: .size),
        Line(capacity: 600),
        Line(capacity: 5000, batchBytes: 501, reason: .size),
        // However large the batch is, an empty segment takes it.
        Line(byteCount: 0, batchBytes: 5000),
        Line(byteCount: 0, hasRoom: false, lastOffset: 1 << 40, now: 1 << 40),
        Line(lastOffset: 50 + Int64(Int32.max)),
        Line(lastOffset: 51 + Int64(Int32.max), reason: .offsetRange),
        Line(hasRoom: false, reason: .indexFull),
        // By the batches' times, if they have any; the clock does not matter.
        Line(batchTime: 1100, now: 9999),
        Line(batchTime: 1101, reason: .age),
        Line(batchTime: -500),
        // Else by the clock.
        Line(batchTime: -1, now: 1100),
        Line(batchTime: -1, now: 1101, reason: .age),
        Line(first: -1, batchTime: 9999, now: 1100),
        Line(first: -1, batchTime: 150, now: 1101, reason: .age),
        // Any 64 bits may stand in a file.
        Line(first: .min, batchTime: .max, reason: .age),
        Line(first: .max, batchTime: .min),
        Line(first: -1, begun: .max, now: .min),
        // The first reason counts.
        Line(hasRoom: false, batchBytes: 501, batchTime: 9999, reason: .size),
    ]

    @Test(arguments: lines)
    func `a segment ends for the reason in the table`(_ line: Line) {
        var configuration = LogConfiguration()
        configuration.segmentBytes = 1000
        configuration.segmentAge = .seconds(1)
        var segment = RollPolicy.Facts(
            emptyAt: Offset(50), capacity: line.capacity,
            begun: Timestamp(milliseconds: line.begun))
        segment.byteCount = line.byteCount
        segment.firstTimestamp = Timestamp(milliseconds: line.first)
        segment.indexesHaveRoom = line.hasRoom
        let batch = BatchFacts(
            baseOffset: Offset(55), lastOffset: Offset(line.lastOffset),
            maxTimestamp: Timestamp(milliseconds: line.batchTime), byteCount: line.batchBytes)
        let reason = RollPolicy(configuration).reason(
            segment, toRollBefore: batch, now: Timestamp(milliseconds: line.now))
        #expect(reason == line.reason)
    }
}
