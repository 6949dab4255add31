internal import Synchronization

/// What happened since the engine was opened.
final class EngineCounters: Sendable {
    let records = Atomic(0)
    let recordBytes = Atomic(0)
    let batches = Atomic(0)
    let failedRecords = Atomic(0)
    let refusedRecords = Atomic(0)
    let reads = Atomic(0)
    let readBytes = Atomic(0)

    func noteAppended(records count: Int, byteCount: Int) {
        records.add(count, ordering: .relaxed)
        recordBytes.add(byteCount, ordering: .relaxed)
        batches.add(1, ordering: .relaxed)
    }

    func noteFailed(records count: Int) { failedRecords.add(count, ordering: .relaxed) }

    func noteRefused() { refusedRecords.add(1, ordering: .relaxed) }

    func noteRead(byteCount: Int) {
        reads.add(1, ordering: .relaxed)
        readBytes.add(byteCount, ordering: .relaxed)
    }
}

extension EngineCounters {
    /// What was appended so far.
    var appended: EngineMetrics.Appended {
        EngineMetrics.Appended(
            records: records.load(ordering: .relaxed), bytes: recordBytes.load(ordering: .relaxed),
            batches: batches.load(ordering: .relaxed),
            failedRecords: failedRecords.load(ordering: .relaxed),
            refusedRecords: refusedRecords.load(ordering: .relaxed))
    }

    /// What was read so far.
    var read: EngineMetrics.Read {
        EngineMetrics.Read(
            slices: reads.load(ordering: .relaxed), bytes: readBytes.load(ordering: .relaxed))
    }
}
