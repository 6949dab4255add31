import NewswireLog
import NewswireTesting
import Testing

/// Writes that the disk said it had done: whichever of them is lost or lands elsewhere, nothing is
/// altered, and what is missing is told of.
///
/// The last group of the commit log cannot be told of. Until the next one is written, nothing but
/// the group itself says that it was there: lost, it looks as one that was never written. What it
/// held is in the segments, too, in the page cache: it is gone only if the power fails before
/// they are synced.
struct SilentLossTests {
    static let effects: [Fault.Effect] = [
        .loss, .misdirection(byteCount: 512), .misdirection(byteCount: -100),
        .misdirection(byteCount: 37),
    ]

    private static let steps: [DirectoryStep] = [
        .append(to: 0, records: 2, bytes: 200, nil), .append(to: 1, records: 2, bytes: 200, nil),
        .append(to: 0, records: 3, bytes: 250, nil), .appendMany(to: 1, batches: 4),
        .append(to: 0, records: 3, bytes: 250, nil), .advance(seconds: 20),
        .append(to: 0, records: 1, bytes: 50, nil), .append(to: 1, records: 1, bytes: 5, .synced),
    ]

    @Test(arguments: effects)
    func `whichever write is lost, nothing is altered and the loss is told`(
        effect: Fault.Effect
    ) throws {
        var lastGroups = 0
        for number in 1... {
            var run = DirectoryRun()
            try run.open()
            run.disk.faults = FaultPlan(Fault(.write, number: number, effect))
            let first = run.disk.operationCount
            for step in Self.steps { try run.perform(step) }
            guard run.disk.faultStrikeCount > 0 else {
                #expect(number > 15 && lastGroups == 1)
                run.abandon()
                return
            }
            let writes = run.disk.trace.filter { $0.number > first && $0.operation == .write }
            let isLastGroup = Self.isLastGroup(number, of: writes)
            lastGroups += isLastGroup ? 1 : 0
            run.die(on: run.disk.crash(.dropped, seed: 1))
            try run.open()
            let violation = try run.silentViolation(isTellable: !isLastGroup)
            #expect(violation == nil, "write \(writes[number - 1])")
            run.abandon()
        }
    }

    /// Whether a write, by its number from 1, is of a group of the commit log with none behind it.
    private static func isLastGroup(_ number: Int, of writes: [SimulatedOperation]) -> Bool {
        writes[number - 1].path.hasSuffix(".redo")
            && !writes.dropFirst(number).contains { $0.path.hasSuffix(".redo") }
    }

    @Test(arguments: UInt64(1)...200)
    func `rot in any file alters nothing that is read`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var run = DirectoryRun()
        try run.open()
        for step in Self.steps { try run.perform(step) }
        run.die(on: run.disk.crash(.dropped, seed: 1))
        let paths = run.disk.paths.filter { !$0.hasSuffix("newswire.format") }
        var fault = Fault(
            .read, number: 1, .rot(bit: Int.random(in: 0..<100_000, using: &random)))
        fault.pathEnd = paths.randomElement(using: &random)
        run.disk.faults = FaultPlan(fault)
        try run.open()
        let violation = try run.silentViolation()
        #expect(violation == nil, "seed \(seed), \(fault)")
        run.abandon()
    }
}
