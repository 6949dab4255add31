import NewswireLog
import Testing

/// What retention decides about the first segment: a table.
struct RetentionPlanTests {
    /// One line of the table; what is not said is an old segment of a log without limits.
    struct Line: Sendable {
        var start: Int64 = 0
        var retention: Duration? = .milliseconds(1000)
        var retentionBytes: Int?
        var deletes = true
        var now: Int64 = 5000
        var next: Int64 = 10
        var byteCount = 100
        var total = 1000
        var largest: Int64 = 4500
        var modified: Int64 = 4600
        var decision: RetentionPlan.Decision
    }

    static let lines = [
        Line(decision: keep(5500)),
        Line(now: 5500, decision: keep(5500)),
        Line(now: 5501, decision: .remove(.age)),
        Line(retention: nil, now: .max, decision: keep(nil)),
        Line(retention: .zero, now: 4501, decision: .remove(.age)),
        // Without timestamps, and with those from the future, by the file's own time.
        Line(largest: -1, decision: keep(5600)),
        Line(now: 5601, largest: -1, decision: .remove(.age)),
        Line(largest: 5001, decision: keep(5600)),
        Line(largest: .max, decision: keep(5600)),
        Line(largest: 5000, decision: keep(6000)),
        // No sum of what stands in files overflows.
        Line(retention: .seconds(Int64.max / 1000), decision: keep(nil)),
        Line(largest: .min, decision: .remove(.age)),
        Line(largest: -1, modified: .max, decision: keep(nil)),
        // Size removes while at least as much as the limit stays.
        Line(retentionBytes: 900, decision: .remove(.size)),
        Line(retentionBytes: 901, decision: keep(5500)),
        Line(retentionBytes: 0, total: 100, decision: .remove(.size)),
        Line(retention: nil, retentionBytes: 901, decision: keep(nil)),
        // What lies before the start goes whatever the policy.
        Line(start: 10, decision: .remove(.logStart)),
        Line(start: 9, decision: keep(5500)),
        Line(start: 11, deletes: false, decision: .remove(.logStart)),
        Line(retentionBytes: 0, deletes: false, now: .max, decision: keep(nil)),
        // The first reason counts.
        Line(start: 10, retentionBytes: 0, now: 9999, decision: .remove(.logStart)),
        Line(retentionBytes: 0, now: 9999, decision: .remove(.size)),
    ]

    private static func keep(_ until: Int64?) -> RetentionPlan.Decision {
        .keep(until: until.map { Timestamp(milliseconds: $0) })
    }

    @Test(arguments: lines)
    func `the first segment goes or stays as the table says`(_ line: Line) {
        var configuration = LogConfiguration()
        configuration.retention = line.retention
        configuration.retentionBytes = line.retentionBytes
        configuration.deletesExpired = line.deletes
        let plan = RetentionPlan(
            configuration, logStartOffset: Offset(line.start),
            now: Timestamp(milliseconds: line.now))
        let facts = RetentionPlan.Facts(
            nextOffset: Offset(line.next), byteCount: line.byteCount,
            largestTimestamp: Timestamp(milliseconds: line.largest),
            modified: Timestamp(milliseconds: line.modified))
        #expect(plan.decide(facts, totalByteCount: line.total) == line.decision)
    }
}
