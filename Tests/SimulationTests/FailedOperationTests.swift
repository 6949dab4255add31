import NewswireLog
import NewswireTesting
import Testing

/// Every operation of a run fails in turn: promises hold, and the directory opens again.
struct FailedOperationTests {
    /// What the system answers.
    enum Answer: String, CaseIterable, Sendable {
        case brokenDisk, fullDisk, noDescriptors

        var errorNumber: Int32 {
            switch self {
            case .brokenDisk: 5
            case .fullDisk: 28
            case .noDescriptors: 24
            }
        }

        /// Every operation fails when there is time for it, else one in so many.
        func step(isSticky: Bool) -> Int {
            guard SimulationSettings.seconds == nil else { return 1 }
            return self == .brokenDisk && !isSticky ? 3 : 11
        }
    }

    static let steps: [DirectoryStep] = [
        .append(to: 0, records: 2, bytes: 200, nil), .append(to: 1, records: 2, bytes: 200, nil),
        .append(to: 0, records: 2, bytes: 300, nil), .appendMany(to: 1, batches: 6),
        .advance(seconds: 20), .append(to: 0, records: 2, bytes: 300, .written), .synchronize(0),
        .trim(0, percent: 50), .append(to: 1, records: 1, bytes: 10, .synced), .alter(1, .synced),
        .appendTogether(records: 2, bytes: 100), .append(to: 1, records: 1, bytes: 10, nil),
        .appendTogether(records: 1, bytes: 20), .reopen, .advance(seconds: 700),
        .append(to: 0, records: 1, bytes: 10, nil), .replace(1),
        .append(to: 1, records: 1, bytes: 10, nil), .reopen,
    ]

    @Test(arguments: Answer.allCases, [false, true])
    func `whatever operation fails, promises hold`(answer: Answer, isSticky: Bool) throws {
        var number = isSticky ? 2 : 1
        while try run(number, answer, isSticky: isSticky) {
            number += answer.step(isSticky: isSticky)
        }
    }

    /// Runs the steps with operation number `number` failing; false when there are fewer.
    private func run(_ number: Int, _ answer: Answer, isSticky: Bool) throws -> Bool {
        var run = DirectoryRun()
        try run.open()
        var fault = Fault(
            nil, number: number, errorNumber: answer.errorNumber, isSticky: isSticky)
        fault.writtenByteCount = number % 97
        fault.cacheReverts = number % 2 == 0
        run.disk.faults = FaultPlan(fault)
        let what = "operation \(number), \(answer), \(isSticky ? "for good" : "once")"
        for (place, step) in Self.steps.enumerated() {
            var violation: String?
            do throws(LogFailure) {
                try run.perform(step)
                violation = run.disk.faultHitCount == 0 ? try run.visibleViolation() : nil
            } catch {
                if run.disk.faultHitCount == 0 { violation = "\(error)" }
            }
            violation = violation ?? run.complaint
            try #require(violation == nil, "\(what), step \(place)")
            guard run.isOpen else { break }
        }
        let wasHit = run.disk.faultHitCount > 0
        run.disk.faults = FaultPlan()
        if isSticky {
            // What failed for good comes back with the machine: it took no note of the failure.
            run.die(on: run.disk.crash(.dropped, seed: UInt64(number)))
        } else {
            run.die(on: run.disk.crash(.killed, seed: 1))
        }
        // A sync that takes the cache along takes what was only written.
        let isKilled = !isSticky && !fault.cacheReverts
        try check(&run, after: isKilled ? .killed : .powerFailed, what)
        return wasHit
    }

    /// The directory is opened again; then the power fails.
    private func check(
        _ run: inout DirectoryRun, after ending: ReferenceLog.Ending, _ what: String
    ) throws {
        try run.open()
        let violation = try run.violation(after: ending)
        try #require(violation == nil, "\(what)")
        for number in [0, 1] {
            try run.perform(.append(to: number, records: 1, bytes: 20, .synced))
        }
        let image = run.disk.crash(.dropped, seed: 1)
        run.die(on: image)
        try run.open()
        let second = try run.violation(after: .powerFailed)
        try #require(second == nil, "\(what), and a power failure")
        run.abandon()
    }

    @Test(arguments: Answer.allCases)
    func `an open that fails anywhere changes nothing that was promised`(answer: Answer) throws {
        var before = DirectoryRun()
        try before.open()
        for step in Self.steps.dropLast() { try before.perform(step) }
        let crashed = before.disk.crash(.sectors, seed: 2)
        for number in stride(from: 1, to: .max, by: answer.step(isSticky: false)) {
            var run = before
            run.forget(on: crashed.crash(.killed, seed: 1))
            run.disk.faults = FaultPlan(
                Fault(nil, number: number, errorNumber: answer.errorNumber))
            do throws(LogFailure) {
                try run.open()
            } catch { #expect(run.disk.faultHitCount > 0, "operation \(number): \(error)") }
            let wasHit = run.disk.faultHitCount > 0
            run.disk.faults = FaultPlan()
            run.die(on: run.disk)
            let disk = run.disk.crash(.killed, seed: 1)
            run.forget(on: disk)
            try run.open()
            let violation = try run.violation(after: .powerFailed)
            try #require(violation == nil, "operation \(number), \(answer)")
            run.abandon()
            if !wasHit { break }
        }
        before.abandon()
    }
}
