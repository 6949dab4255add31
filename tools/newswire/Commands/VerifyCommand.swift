import NewswireLog

/// `newswire verify`: whether everything is as it was written.
enum VerifyCommand {
    static let scrub = Option(
        name: "scrub", summary: "reads from the disk, even what the system has in memory")

    private static let rate = Option(
        name: "rate", value: .text("SIZE"), summary: "reads no more than that a second, as 64MiB")

    static let command = Command(
        name: "verify", summary: "verifies every batch, index, snapshot and checkpoint",
        operands: [
            Operand(
                placeholder: "PATH",
                summary: "a file, a partition's directory or a directory of them; else --data",
                isOptional: true)
        ],
        options: [scrub, rate],
        details: """
            It never writes and needs no lock: it works beside a running program and on the \
            files of a Kafka broker. There is a line for each damage, and it ends with 1 if \
            there is any.
            """,
        example: .init(
            line: "newswire verify --data data && echo sound", effect: "whether anything is damaged"
        ),
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let path = try invocation.arguments.operand(0) ?? invocation.dataPath()
        let fileSystem = PosixFileSystem()
        let tree = try LogTree(at: path, on: fileSystem)
        let report = VerificationReport(
            invocation, total: try byteCount(of: tree, on: fileSystem),
            rateLimit: try rateLimit(invocation))
        var verification = PartitionVerification(
            fileSystem, isDense: try isOurs(tree, on: fileSystem),
            scrubs: invocation.arguments.has(scrub), report: report)
        for directory in tree.directories { try verification.verify(directory) }
        try report.finish()
        return report.damageCount == 0 ? .fine : .failed
    }

    private static func rateLimit(
        _ invocation: Invocation
    ) throws(CommandFailure) -> RateLimit? {
        guard let text = invocation.arguments.value(of: rate) else { return nil }
        guard let byteCount = ByteCountText.parse(text), byteCount > 0 else {
            throw .misuse("--rate is a size as 512KiB or 64MiB, not '\(text)'")
        }
        return RateLimit(bytesPerSecond: byteCount, time: invocation.time)
    }

    private static func byteCount(
        of tree: LogTree, on fileSystem: any FileSystem
    ) throws(IOFailure) -> Int64 {
        var sum: Int64 = 0
        for file in tree.files {
            sum += Int64(try fileSystem.status(of: file.path)?.byteCount ?? 0)
        }
        return sum
    }

    /// Whether the files are of a directory of ours: there every offset has to be.
    private static func isOurs(
        _ tree: LogTree, on fileSystem: any FileSystem
    ) throws(IOFailure) -> Bool {
        guard let root = tree.directories.first else { return false }
        let isFile = try fileSystem.status(of: root.path)?.isDirectory == false
        let directory = isFile ? FilePath.parent(of: root.path) ?? "." : root.path
        for path in [directory, FilePath.parent(of: directory) ?? "."] {
            let format = FilePath.join(path, DirectoryFormat.fileName)
            if try fileSystem.status(of: format) != nil { return true }
        }
        return false
    }
}
