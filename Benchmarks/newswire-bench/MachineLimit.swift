internal import CFloors

/// Something that this machine cannot do faster, whoever asks.
struct MachineLimit {
    let name: String
    let program: nwb_limit
    let byteCount: Int
    let count: Int
    /// Whether the result is a rate of bytes, or the time of one of `count`.
    let isRate: Bool

    static func all(_ context: BenchmarkContext) -> [MachineLimit] {
        let total = context.amount(512 << 20, quick: 4 << 20)
        return writes(total) + syncs(context) + memory(total) + calls(context)
    }

    private static func writes(_ total: Int) -> [MachineLimit] {
        [4 << 10, 64 << 10, 256 << 10, 1 << 20].flatMap { size in
            [
                rate("write \(size.inBytes), fresh file", nwb_limit_write_fresh, size, total),
                rate("write \(size.inBytes), written before", nwb_limit_write_again, size, total),
            ]
        }
    }

    private static func syncs(_ context: BenchmarkContext) -> [MachineLimit] {
        let count = context.amount(1000, quick: 10)
        let total = context.amount(256 << 20, quick: 4 << 20)
        let megabyte = 1 << 20
        return [
            once("write 4 KiB and fdatasync, written before", nwb_limit_sync_again, 4096, count),
            once("write 4 KiB and fdatasync, growing file", nwb_limit_sync_extending, 4096, count),
            rate(
                "write 1 MiB and fdatasync, written before", nwb_limit_sync_again, megabyte, total),
            rate(
                "write 1 MiB and fdatasync, growing file", nwb_limit_sync_extending, megabyte, total
            ),
        ]
    }

    private static func memory(_ total: Int) -> [MachineLimit] {
        [
            rate("CRC-32C of 1 KiB in cache", nwb_limit_crc, 1 << 10, total),
            rate("CRC-32C of 64 KiB in cache", nwb_limit_crc, 64 << 10, total),
            rate("CRC-32C of \((total / 2).inBytes)", nwb_limit_crc, total / 2, total),
            rate("read 64 KiB in cache", nwb_limit_memory_read, 64 << 10, total),
            rate("read \((total / 2).inBytes)", nwb_limit_memory_read, total / 2, total),
            rate("copy 64 KiB in cache", nwb_limit_memory_copy, 64 << 10, total),
            rate("copy \((total / 2).inBytes)", nwb_limit_memory_copy, total / 2, total),
        ]
    }

    private static func calls(_ context: BenchmarkContext) -> [MachineLimit] {
        let count = context.amount(2_000_000, quick: 20_000)
        return [
            once("malloc and free 64 B", nwb_limit_malloc, 64, count),
            once("malloc and free 1 MiB", nwb_limit_malloc, 1 << 20, count / 10),
            once("lock and unlock a mutex", nwb_limit_mutex, 0, count),
            once("system call", nwb_limit_system_call, 0, count),
            once("read the clock", nwb_limit_clock, 0, count),
            once("write 128 B, fresh file", nwb_limit_write_fresh, 128, count / 10),
            once("wake another thread", nwb_limit_wake, 0, count / 100),
        ]
    }

    private static func rate(
        _ name: String, _ program: nwb_limit, _ size: Int, _ total: Int
    ) -> MachineLimit {
        MachineLimit(
            name: name, program: program, byteCount: size, count: max(1, total / size),
            isRate: true)
    }

    private static func once(
        _ name: String, _ program: nwb_limit, _ size: Int, _ count: Int
    ) -> MachineLimit {
        MachineLimit(name: name, program: program, byteCount: size, count: count, isRate: false)
    }
}

/// What was measured of a limit.
struct LimitResult {
    let name: String
    let unit: Unit
    let rounds: Int
    /// Bytes a second, or seconds for one.
    let values: Spread

    init(_ limit: MachineLimit, _ runs: [Run]) {
        name = limit.name
        unit = limit.isRate ? .bytes : .seconds
        rounds = runs.count
        values = Spread(
            runs.map { run in
                let seconds = Double(run.nanoseconds) / 1e9
                let amount = Double(run.amount)
                return limit.isRate ? amount * Double(limit.byteCount) / seconds : seconds / amount
            })
    }

    /// "5.79 GB/s", "112 ns".
    func text(_ value: Double) -> String {
        Figures.text(value, unit) + (unit == .bytes ? "B/s" : "")
    }
}

extension Int {
    /// "100 B", "64 KiB", "1 MiB".
    var inBytes: String {
        switch self {
        case let bytes where bytes >= 1 << 20 && bytes % (1 << 20) == 0: "\(bytes >> 20) MiB"
        case let bytes where bytes >= 1 << 10 && bytes % (1 << 10) == 0: "\(bytes >> 10) KiB"
        default: "\(self) B"
        }
    }
}
