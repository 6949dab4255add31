import NewswireLog
import NewswireTesting

// Crashes as steps: what follows a step in which the power failed is left out until the next one.
extension DirectoryRun {
    /// Does a step, if the power is on, and looks.
    mutating func attempt(_ step: DirectoryStep) throws(LogFailure) {
        if case .crash = step { return try perform(step) }
        guard isOpen, !disk.isPowerOff else { return }
        try perform(step)
        guard !disk.isPowerOff else { return }
        complain(movedViolation())
    }

    /// Crashes, opens what is left, and looks; the power fails again `power` changes later.
    mutating func crash(
        _ profile: CrashProfile, _ seed: UInt64, power: Int?
    ) throws(LogFailure) {
        let isPowerLost = profile != .killed || ending == .powerFailed
        ending = isPowerLost ? .powerFailed : .killed
        let image = disk.crash(profile, seed: seed)
        die(on: image)
        // Not always: it takes three recoveries.
        if seed % 4 == 0 {
            complain(try repetition())
            forget(on: image)
        }
        image.crashPoint = power
        do throws(LogFailure) {
            try open()
            interruptions = 0
            try look()
        } catch {
            // Perhaps within the recovery: the next crash says what is left.
            guard image.isPowerOff else { throw error }
            if !isOpen { interruptions += 1 }
            interruptionsMax = max(interruptionsMax, interruptions)
        }
    }

    private mutating func look() throws(LogFailure) {
        guard let ending, !disk.isPowerOff else { return }
        var found = self
        let violation = try found.violation(after: ending) ?? lossReported()
        guard !disk.isPowerOff else { return }
        found.ending = nil
        found.crashChecks += 1
        found.complain(violation)
        self = found
    }

    /// A crash alone takes nothing that was synced: a report that says so is wrong, or right.
    private func lossReported() -> String? {
        let lost = directory?.recoveryReport.partitions.flatMap(\.lost) ?? []
        return lost.first.map { "recovery reports \(lost.count) losses: \($0)" }
    }

    /// What is wrong with recovering twice, or with reading what is left without recovering it.
    private func repetition() throws(LogFailure) -> String? {
        var reader = self
        reader.forget(on: disk.crash(.killed, seed: 0))
        do throws(LogFailure) {
            try reader.open(.readOnly)
            _ = try reader.allContents()
            reader.abandon()
        } catch {
            guard case .notADirectory = error else { throw error }
        }
        guard reader.disk.operationCount == 0 else { return "reading only changed the disk" }
        var run = self
        run.forget(on: disk.crash(.killed, seed: 0))
        try run.open()
        let first = try run.allContents()
        run.die(on: run.disk.crash(.killed, seed: 0))
        try run.open()
        defer { run.abandon() }
        guard try run.allContents() == first else { return "a second recovery finds other records" }
        let report = run.directory?.recoveryReport.partitions ?? []
        let again = report.first { !$0.cut.isEmpty || !$0.quarantined.isEmpty || !$0.lost.isEmpty }
        return again.map { "a second recovery still has something to do: \($0)" }
    }
}
