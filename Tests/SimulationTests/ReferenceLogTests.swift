import NewswireLog
import NewswireTesting
import Testing

/// A model that lets everything pass would prove nothing.
struct ReferenceLogTests {
    private var reference = ReferenceLog()

    /// Three batches: synced, written, and one that may have happened.
    init() {
        reference.beginAppend([[0], [1]])
        reference.acknowledgeSynced()
        reference.beginAppend([[2], [3]])
        reference.acknowledgeWritten()
        reference.beginAppend([[4], [5]])
    }

    private func allows(
        _ values: [UInt8], from start: Int64 = 0, after ending: ReferenceLog.Ending
    ) -> Bool {
        let contents = ReferenceLog.Contents(start: Offset(start), values: values.map { [$0] })
        return reference.violation(of: contents, after: ending) == nil
    }

    @Test func `what was promised has to be there`() {
        #expect(allows([0, 1], after: .powerFailed) && !allows([], after: .powerFailed))
        #expect(allows([0, 1, 2, 3], after: .killed) && !allows([0, 1], after: .killed))
        #expect(
            allows([0, 1, 2, 3, 4, 5], after: .closed) && !allows([0, 1, 2, 3], after: .closed))
    }

    @Test func `what may have happened may be there, as a whole`() {
        #expect(allows([0, 1, 2, 3, 4, 5], after: .powerFailed))
        #expect(!allows([0, 1, 2, 3, 4], after: .powerFailed))
        #expect(!allows([0, 1, 2], after: .powerFailed))
        #expect(!allows([0, 1, 2, 3, 4, 5, 6], after: .powerFailed))
    }

    @Test func `records are what was appended, in order`() {
        #expect(!allows([0, 2], after: .powerFailed))
        #expect(!allows([1, 0], after: .powerFailed))
    }

    @Test func `a start in doubt is one of two`() {
        var trimmed = self
        trimmed.reference.beginTrim(before: Offset(1))
        #expect(trimmed.allows([0, 1], after: .powerFailed))
        #expect(trimmed.allows([1], from: 1, after: .powerFailed))
        trimmed.reference.acknowledgeTrim()
        #expect(!trimmed.allows([0, 1], after: .powerFailed))
        #expect(!trimmed.allows([], from: 2, after: .powerFailed))
    }

    @Test func `the model goes on from what was found`() {
        var restarted = self
        restarted.reference.adopt(.init(start: .zero, values: [[0], [1]]))
        #expect(restarted.reference.nextOffset == Offset(2))
        restarted.reference.beginAppend([[7]])
        #expect(restarted.allows([0, 1, 7], after: .powerFailed))
        #expect(restarted.allows([0, 1], after: .powerFailed))
        #expect(!restarted.allows([0, 1, 2], after: .powerFailed))
    }

    @Test func `a workload is the same for the same seed, and ends with a crash`() {
        let workload = Workload(seed: 3, stepCount: 50)
        #expect(workload.steps == Workload(seed: 3, stepCount: 50).steps)
        #expect(workload.steps != Workload(seed: 4, stepCount: 50).steps)
        #expect(workload.steps.count == 50)
        guard case .crash? = workload.steps.last else {
            Issue.record("\(String(describing: workload.steps.last))")
            return
        }
    }
}

struct AtomicGroupsTests {
    private var groups = AtomicGroups()

    init() {
        groups.begin([0: Offset(5), 1: Offset(2)])
        groups.begin([0: Offset(7), 2: Offset(1)])
    }

    private func allows(_ ends: [Int: Int64]) -> Bool {
        groups.violation(ends.mapValues { Offset($0) }) == nil
    }

    @Test func `all or nothing of each append is there`() {
        #expect(allows([0: 4, 1: 1, 2: 0]))
        #expect(allows([0: 5, 1: 2, 2: 0]))
        #expect(allows([0: 9, 1: 9, 2: 9]))
        #expect(!allows([0: 5, 1: 1, 2: 0]))
        #expect(!allows([0: 7, 1: 2, 2: 0]))
        #expect(!allows([0: 5, 1: 2, 2: 1]))
    }

    @Test func `what was refused, deleted or seen is asked for no more`() {
        var rest = groups
        rest.forgetLast()
        #expect(rest.violation([0: Offset(5), 1: Offset(2), 2: Offset(1)]) == nil)
        rest.forget(1)
        #expect(rest.violation([0: Offset(0), 1: Offset(9)]) == nil)
        var seen = groups
        seen.settle()
        #expect(seen.violation([0: Offset(7), 1: Offset(0), 2: Offset(0)]) == nil)
    }
}
