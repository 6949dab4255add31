import NewswireLog
import NewswireTesting
import Testing

/// A directory with two partitions, crashed after every change of the disk.
struct DirectoryCrashTests {
    /// Short stories; what they have in common is a crash anywhere.
    enum Story: String, CaseIterable, Sendable {
        case begin, roll, levels, trim, expire, replace, alter, reopen, together, atomic, large

        var steps: [DirectoryStep] {
            switch self {
            case .begin: [append(0), append(1), append(0, records: 3), append(1, asked: .synced)]
            case .roll:
                (0..<6).map { append($0 % 2, records: 2, bytes: 250) }
                    + [.synchronize(1), append(0)]
            case .levels:
                Durability.allCases.flatMap { [append(0, asked: $0), append(1, asked: $0)] }
                    + [.synchronize(0), append(0, asked: .written), append(1)]
            case .trim:
                (0..<4).map { append($0 % 2, records: 4, bytes: 150) }
                    + [
                        .trim(0, percent: 60), .trim(1, percent: 100), append(0), append(1),
                        .advance(seconds: 20), append(1, asked: .synced),
                    ]
            case .expire:
                (0..<6).map { append($0 % 2, records: 3, bytes: 250) }
                    + [
                        .advance(seconds: 300), append(0), .advance(seconds: 320), append(0),
                        .advance(seconds: 2000), append(0), append(1),
                    ]
            case .replace:
                [
                    append(0, records: 4), append(1), .replace(0), append(0), .replace(1),
                    append(1, asked: .synced), .replace(1),
                ]
            case .alter:
                [
                    append(0), append(1), .alter(0, .written), append(0), .alter(1, .synced),
                    append(1), .alter(0, .synced), append(0),
                ]
            case .reopen:
                [
                    append(0), append(1), .reopen, append(0), .advance(seconds: 20), append(1),
                    .reopen, .reopen, append(0),
                ]
            case .together:
                [
                    .appendMany(to: 0, batches: 5), append(1), .appendMany(to: 1, batches: 12),
                    .advance(seconds: 20), .appendMany(to: 0, batches: 12),
                ]
            case .atomic:
                [
                    .alter(1, .synced), .appendTogether(records: 2, bytes: 60), append(1),
                    .appendTogether(records: 3, bytes: 250), .appendTogether(records: 1, bytes: 0),
                    .advance(seconds: 20), .appendTogether(records: 4, bytes: 200), .replace(0),
                    .appendTogether(records: 2, bytes: 30),
                ]
            case .large:
                [
                    append(0), append(0, bytes: DirectoryStep.largeByteCount), append(0), append(1),
                    .advance(seconds: 20), append(0, bytes: DirectoryStep.largeByteCount),
                    append(0),
                ]
            }
        }

        private func append(
            _ number: Int, records: Int = 1, bytes: Int = 60, asked: Durability? = nil
        ) -> DirectoryStep {
            .append(to: number, records: records, bytes: bytes, asked)
        }
    }

    /// The profiles that are tried at a crash point: all when there is time, else some in turn.
    static func profiles(at point: Int) -> [CrashProfile] {
        let all = CrashProfile.allCases
        guard SimulationSettings.seconds == nil else { return all }
        return [all[point % all.count], all[(point * 5 + 3) % all.count]]
    }

    // MARK: Everything, of short runs

    @Test(arguments: Story.allCases)
    func `what was promised is found wherever the power fails`(in story: Story) throws {
        for point in 0... {
            var run = DirectoryRun(names: point % 4 == 3 ? .journaled : .strict)
            if story == .large { run.segmentBytes = 2 * DirectoryStep.largeByteCount }
            run.disk.crashPoint = point
            let isOver = try perform(story, &run)
            for profile in Self.profiles(at: point) {
                try check(run, profile, seed: UInt64(point), "\(story), crash \(point)")
            }
            run.abandon()
            if isOver { return }
        }
    }

    /// Runs a story until the power fails.
    ///
    /// - Returns: whether it came to its end before.
    private func perform(_ story: Story, _ run: inout DirectoryRun) throws -> Bool {
        do throws(LogFailure) {
            try run.open()
            for (number, step) in story.steps.enumerated() {
                try run.perform(step)
                guard !run.disk.isPowerOff else { return false }
                let violation = try run.visibleViolation()
                #expect(violation == nil, "\(story), step \(number), \(step)")
            }
        } catch {
            try #require(run.disk.isPowerOff, "\(story): \(error)")
            return false
        }
        return true
    }

    /// Crashes a run as `profile` says, looks, goes on, and crashes again.
    private func check(
        _ crashed: DirectoryRun, _ profile: CrashProfile, seed: UInt64, _ what: String
    ) throws {
        var run = crashed
        let found = run.disk.crash(profile, seed: seed)
        run.forget(on: found)
        try run.open()
        let violation = try run.violation(after: profile == .killed ? .killed : .powerFailed)
        try #require(violation == nil, "\(what), \(profile), seed \(seed)")
        for number in [0, 1] {
            try run.perform(.append(to: number, records: 2, bytes: 40, .synced))
        }
        let next = run.disk.crash(.dropped, seed: seed)
        run.abandon()
        run.forget(on: next)
        try run.open()
        let second = try run.violation(after: .powerFailed)
        try #require(second == nil, "\(what), \(profile), seed \(seed), and again")
        run.abandon()
    }

    @Test(arguments: [Story.roll, .trim, .expire, .replace, .reopen, .atomic])
    func `a recovery that is interrupted anywhere comes to the same`(in story: Story) throws {
        var crashed = DirectoryRun()
        try crashed.open()
        for step in story.steps { try crashed.perform(step) }
        let profiles =
            SimulationSettings.seconds == nil ? [.dropped, .sectors] : CrashProfile.allCases
        for profile in profiles {
            let found = crashed.disk.crash(profile, seed: 3)
            let expected = try recovered(crashed, on: found.crash(.killed, seed: 0))
            for point in 0... {
                let image = found.crash(.killed, seed: 0)
                let isOver = try interrupt(crashed, on: image, at: point)
                // The process dies in the middle: nothing is lost by that.
                let again = try recovered(crashed, on: image.crash(.killed, seed: 1))
                try #require(again == expected, "\(story), \(profile), crash \(point)")
                // The power fails in the middle: the promises hold.
                var run = crashed
                run.forget(on: image.crash(profile, seed: UInt64(point)))
                try run.open()
                let violation = try run.violation(after: .powerFailed)
                try #require(violation == nil, "\(story), \(profile), power \(point)")
                run.abandon()
                if isOver { break }
            }
        }
        crashed.abandon()
    }

    private func recovered(
        _ crashed: DirectoryRun, on disk: SimulatedFileSystem
    ) throws -> [ReferenceLog.Contents] {
        var run = crashed
        run.forget(on: disk)
        try run.open()
        defer { run.abandon() }
        return try run.allContents()
    }

    /// Recovers until the power fails; true when it did not.
    private func interrupt(
        _ crashed: DirectoryRun, on disk: SimulatedFileSystem, at point: Int
    ) throws -> Bool {
        var run = crashed
        run.forget(on: disk)
        disk.crashPoint = point
        do throws(LogFailure) {
            try run.open()
        } catch {
            try #require(disk.isPowerOff, "\(error)")
        }
        run.abandon()
        return !disk.isPowerOff
    }
}
