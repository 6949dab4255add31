import NewswireLog
import NewswireTesting
import Testing

/// A process is killed, the next one goes on, then the power fails.
struct KilledProcessTests {
    @Test func `names that a killed process gave are durable before they are built on`() throws {
        // The folder of the data, of the checkpoint or of a partition was made, and the process
        // killed before it synced its name. The next one found it and synced what it put in:
        // acknowledged records went with the name.
        for point in 1... {
            let disk = SimulatedFileSystem()
            disk.crashPoint = point
            let isOver = appendTwice(on: disk)
            let second = disk.crash(.killed, seed: 1)
            let next = LogStore(on: second)
            let log = try next.open()
            let end = Int(log.offsets.logEndOffset.value)
            try log.append(end)
            next.abandon()
            let last = LogStore(on: second.crash(.dropped, seed: 1))
            #expect(try last.open().values() == recordTexts(0..<end + 1), "killed at \(point)")
            last.abandon()
            if isOver { return }
        }
    }

    /// Whether both appends were acknowledged.
    private func appendTwice(on disk: SimulatedFileSystem) -> Bool {
        let store = LogStore(on: disk)
        defer { store.abandon() }
        do {
            let log = try store.open()
            try log.append(0)
            try log.append(1)
            return true
        } catch {
            return false
        }
    }
}
