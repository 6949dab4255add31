import NewswireLog
import Testing

struct SegmentDecisionTests {
    /// A checkpoint whose recovery point is offset 20 at byte 300 of the segment with offset 10.
    private static let entry: RedoHead.Entry = {
        var entry = RedoHead.Entry(LogStore.partition, identity: LogStore.identity)
        entry.recoveryPoint = Offset(20)
        entry.recoverySegment = Offset(10)
        entry.recoveryPosition = FilePosition(300)
        return entry
    }()

    private func file(at base: Int64, _ byteCount: Int = 500) -> SegmentFile {
        SegmentFile(baseOffset: Offset(base), path: "log", byteCount: byteCount)
    }

    private func decision(
        _ file: SegmentFile, next: Int64? = nil, logEnd: Int64, isCut: Bool = false,
        isKnown: Bool = true
    ) -> SegmentDecision {
        SegmentDecision(
            SegmentDecision.Facts(
                file, next: next.map { Offset($0) }, logEnd: Offset(logEnd), isCut: isCut,
                entry: isKnown ? Self.entry : nil))
    }

    private func isSetAside(_ decision: SegmentDecision, endsLog: Bool) -> Bool {
        guard case .setAside(_, endsLog) = decision else { return false }
        return true
    }

    @Test func `a segment before that of the recovery point is believed`() {
        #expect(decision(file(at: 0), next: 10, logEnd: 0) == .takeUnread(upTo: Offset(10)))
        // Nobody says where it was synced up to.
        #expect(
            decision(file(at: 0), next: 10, logEnd: 0, isKnown: false) == .scan(syncedEnd: .start))
    }

    @Test func `where a group of the commit log is missing, nothing behind it is believed`() {
        var facts = SegmentDecision.Facts(
            file(at: 5), next: Offset(10), logEnd: Offset(5), isCut: false, entry: Self.entry)
        #expect(SegmentDecision(facts) == .takeUnread(upTo: Offset(10)))
        facts.doubtful = Offset(5)
        #expect(SegmentDecision(facts) == .scan(syncedEnd: FilePosition(500)))
        facts.doubtful = Offset(10)
        #expect(SegmentDecision(facts) == .takeUnread(upTo: Offset(10)))
    }

    @Test func `others are read, and it is known what of them was synced`() {
        #expect(decision(file(at: 10), logEnd: 10) == .scan(syncedEnd: FilePosition(300)))
        #expect(decision(file(at: 25), logEnd: 25) == .scan(syncedEnd: .start))
        // The one that should follow is gone: all of this one was synced.
        #expect(decision(file(at: 5), logEnd: 5) == .scan(syncedEnd: FilePosition(500)))
    }

    @Test func `a gap ends the log where it was never synced`() {
        #expect(isSetAside(decision(file(at: 30), logEnd: 25), endsLog: true))
        // Below the recovery point something is lost; what follows was promised.
        #expect(decision(file(at: 10), logEnd: 5) == .scan(syncedEnd: FilePosition(300)))
    }

    @Test func `what overlaps the log, or follows its end, is set aside`() {
        #expect(isSetAside(decision(file(at: 10), logEnd: 12), endsLog: false))
        #expect(isSetAside(decision(file(at: 25), logEnd: 25, isCut: true), endsLog: true))
        #expect(isSetAside(decision(file(at: 25, 0), logEnd: 25, isCut: true), endsLog: true))
    }

    @Test func `a file without a byte goes`() {
        #expect(decision(file(at: 25, 0), logEnd: 25) == .drop)
    }
}
