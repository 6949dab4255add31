/// Where a result was measured: without it, a figure says nothing.
struct Environment {
    let processor: String
    let processorCount: Int
    let memoryBytes: Int
    let kernel: String
    /// The kind of file system under the data.
    let fileSystem: String
    let build: String

    init(dataDirectory: String) {
        let processors = Self.fields(of: "/proc/cpuinfo")
        processor = processors.first { $0.name == "model name" }?.value ?? "unknown"
        processorCount = max(1, processors.count { $0.name == "processor" })
        let memory = Self.fields(of: "/proc/meminfo").first { $0.name == "MemTotal" }?.value
        memoryBytes = (memory.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0) << 10
        kernel = Self.firstLine(of: "/proc/sys/kernel/osrelease")
        fileSystem = FloorPrograms.fileSystemName(at: dataDirectory)
        build = Self.isOptimized ? "release" : "debug"
    }

    /// One line above a table.
    var description: String {
        "\(processor), \(processorCount) processors, \(memoryBytes >> 30) GiB, "
            + "Linux \(kernel), \(fileSystem), \(build) build"
    }

    /// Whether this is a build whose figures mean something.
    static var isOptimized: Bool {
        var isDebug = false
        assert(
            {
                isDebug = true; return true
            }())
        return !isDebug
    }

    private static func fields(of path: String) -> [(name: String, value: String)] {
        let lines = (FloorPrograms.text(of: path) ?? "").split(separator: "\n")
        return lines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (parts[0].trimmed, parts[1].trimmed)
        }
    }

    private static func firstLine(of path: String) -> String {
        FloorPrograms.text(of: path)?.split(separator: "\n").first.map(String.init) ?? "unknown"
    }
}

/// How much of the processors others use between its beginning and a question.
struct MachineLoad {
    private let busy = Self.busyNanoseconds
    private let own = Counters.processNanoseconds
    private let start = Counters.nanoseconds

    /// 0 is a quiet machine, 1 means that others kept all processors busy.
    func shareOfOthers() -> Double? {
        guard let busy, let busyNow = Self.busyNanoseconds else { return nil }
        let others = (busyNow.time - busy.time) - (Counters.processNanoseconds - own)
        let available = (Counters.nanoseconds - start) * Int64(busy.processors)
        guard available > 0 else { return nil }
        return min(1, max(0, Double(others) / Double(available)))
    }

    /// The first line of the kernel's counters: user, nice, system, idle, waiting, interrupts.
    private static var busyNanoseconds: (time: Int64, processors: Int)? {
        guard let text = FloorPrograms.text(of: "/proc/stat") else { return nil }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("cpu") }
        guard let ticks = lines.first?.split(separator: " ").dropFirst().compactMap({ Int64($0) }),
            ticks.count >= 8
        else { return nil }
        let busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]
        return (busy * 10_000_000, max(1, lines.count - 1))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let spaces: Set<Character> = [" ", "\t"]
        let end = drop { spaces.contains($0) }
        return String(String(end.reversed().drop { spaces.contains($0) }.reversed()))
    }
}
