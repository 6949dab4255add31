internal import CFloors
internal import Glibc
internal import NewswireLog

/// The C loops that do the engine's work with nothing around it.
///
/// The only file of the benchmarks with unsafe code: it lends paths and values to C, which keeps
/// neither after a call.
enum FloorPrograms {
    /// Encodes, checksums and writes what the plan says into fresh files below `directory`.
    static func append(_ plan: AppendPlan, in directory: String) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withPlan(plan, directory) { unsafe nwb_append($0) }
        return try run(outcome, plan.amount)
    }

    /// One write and one sync for every `group` batches, into a file that was written before.
    static func groupCommit(
        _ plan: AppendPlan, group: Int, in directory: String
    ) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withPlan(plan, directory) { unsafe nwb_group_commit($0, Int64(group)) }
        return try run(outcome, plan.amount)
    }

    /// `count` writes of `byteCount` bytes, each synced before the next, over old blocks.
    static func syncWrites(
        byteCount: Int, count: Int, in directory: String
    ) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withSyncPlan(byteCount, count, directory) { plan in
            unsafe nwb_sync_writes(plan, nil)
        }
        return try run(outcome, count)
    }

    /// How long each of such writes takes, in nanoseconds.
    static func syncLatencies(
        byteCount: Int, count: Int, in directory: String
    ) throws(BenchmarkFailure) -> [Int64] {
        var latencies = [Int64](repeating: 0, count: count)
        let outcome = unsafe withSyncPlan(byteCount, count, directory) { plan in
            // Sound: C fills as many as there are.
            unsafe latencies.withUnsafeMutableBufferPointer { buffer in
                unsafe nwb_sync_writes(plan, buffer.baseAddress)
            }
        }
        _ = try run(outcome, count)
        return latencies
    }

    /// The same writes as transactions of SQLite.
    static func sqlite(
        byteCount: Int, count: Int, in directory: String
    ) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withSyncPlan(byteCount, count, directory) { unsafe nwb_sqlite($0) }
        return try run(outcome, count)
    }

    private static func withSyncPlan(
        _ byteCount: Int, _ count: Int, _ directory: String, _ body: (nwb_sync_plan) -> nwb_outcome
    ) -> nwb_outcome {
        // Sound: C uses the path during the call only.
        unsafe directory.withCString { directory in
            unsafe body(
                nwb_sync_plan(
                    directory: directory, byte_count: Int64(byteCount), count: Int64(count)))
        }
    }

    /// Maps and checksums the segment files in a partition's directory.
    static func checksum(_ path: String, amount: Int) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe nwb_checksum(path)
        var run = try run(outcome, amount)
        run.checksum = nil  // Nobody else has the same.
        return run
    }

    /// Runs this program again until it kills itself.
    static func runUntilKilled(
        _ verb: String, _ directory: String, _ first: Int, _ second: Int
    ) throws(BenchmarkFailure) {
        let error = unsafe nwb_run_until_killed(verb, directory, Int64(first), Int64(second))
        guard error != 0 else { return }
        let failure = IOFailure(.write, directory, errorNumber: error)
        throw .failed("the process that was to be killed ended by itself: \(failure)")
    }

    /// Encodes and checksums the same batches, and writes nothing.
    static func encode(_ plan: AppendPlan) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withPlan(plan, "") { unsafe nwb_encode($0) }
        return try run(outcome, plan.amount)
    }

    /// The same bytes by `write(2)`, encoded before.
    static func write(_ plan: AppendPlan, in directory: String) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withPlan(plan, directory) { unsafe nwb_write($0) }
        return try run(outcome, plan.amount)
    }

    /// The same records through zlib alone.
    static func gzip(_ plan: AppendPlan, level: Int) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe withPlan(plan, "") { unsafe nwb_gzip($0, Int32(level)) }
        var compressed = try run(outcome, plan.valueByteCount)
        // What has to be the same is what comes out.
        compressed.byteCount = Int(outcome.checksum)
        compressed.checksum = nil
        return compressed
    }

    /// All records of a segment file, from memory.
    static func read(
        _ path: String, verifying: Bool, recordCount: Int
    ) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe nwb_read(path, verifying ? 1 : 0)
        return try run(outcome, recordCount)
    }

    /// Random look-ups in a segment file.
    static func seek(_ plan: SeekPlan, in path: String) throws(BenchmarkFailure) -> Run {
        // Sound: C reads the path during the call only.
        let outcome = unsafe path.withCString { path in
            unsafe nwb_seek(
                nwb_seek_plan(
                    path: path, index_interval_bytes: Int64(plan.indexIntervalBytes),
                    start: plan.keys.lowerBound, end: plan.keys.upperBound, seed: plan.seed,
                    lookups: Int64(plan.lookupCount), is_by_time: plan.isByTime ? 1 : 0))
        }
        return try run(outcome, plan.lookupCount)
    }

    /// Lists the directories of all partitions.
    static func scan(_ path: String, partitionCount: Int) throws(BenchmarkFailure) -> Run {
        try run(unsafe nwb_scan(path), partitionCount)
    }

    /// One of the machine's limits.
    static func limit(_ limit: MachineLimit, in directory: String) throws(BenchmarkFailure) -> Run {
        let outcome = unsafe nwb_measure_limit(
            limit.program, directory, Int64(limit.byteCount), Int64(limit.count))
        return try run(outcome, limit.count)
    }

    /// The text of a small file of the system; nil when there is none.
    static func text(of path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 64 << 10)
        // Sound: C writes at most `count` bytes, the last of them a zero.
        let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe nwb_text(path, buffer.baseAddress, buffer.count)
        }
        guard count >= 0 else { return nil }
        return String(
            decoding: bytes.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The kind of file system at `path`.
    static func fileSystemName(at path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 64)
        // Sound: C writes at most `count` bytes, the last of them a zero.
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe nwb_file_system_name(path, buffer.baseAddress, buffer.count)
        }
        return String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func withPlan(
        _ plan: AppendPlan, _ directory: String, _ body: (nwb_append_plan) -> nwb_outcome
    ) -> nwb_outcome {
        // Sound: C uses the path and the values during the call only.
        unsafe plan.values.bytes.withUnsafeBufferPointer { bytes in
            unsafe directory.withCString { directory in
                let values = unsafe nwb_values(
                    bytes: bytes.baseAddress, byte_count: bytes.count,
                    value_byte_count: plan.values.valueByteCount,
                    records_per_batch: Int32(plan.recordsPerBatch))
                return unsafe body(
                    nwb_append_plan(
                        values: values, directory: directory, batches: Int64(plan.batchCount),
                        segment_bytes: Int64(plan.segmentBytes),
                        flush_bytes: Int64(plan.flushBytes), level: plan.level.floor,
                        is_overwriting: plan.isFloorOverwriting ? 1 : 0))
            }
        }
    }

    private static func run(_ outcome: nwb_outcome, _ amount: Int) throws(BenchmarkFailure) -> Run {
        guard outcome.error == 0 else {
            let failure = IOFailure(.write, "the floor's file", errorNumber: outcome.error)
            throw .failed("the floor failed: \(failure)")
        }
        return Run(
            amount: amount, nanoseconds: outcome.nanoseconds,
            processorNanoseconds: outcome.processor_nanoseconds, byteCount: Int(outcome.bytes),
            checksum: outcome.checksum)
    }
}

extension Durability {
    fileprivate var floor: nwb_level {
        switch self {
        case .none, .written: nwb_written
        case .interval: nwb_interval
        case .synced: nwb_synced
        }
    }
}
