public import Newswire
internal import NewswireLog

extension StreamEngine {
    /// Opens a directory on a simulated disk, in simulated time and without threads.
    ///
    /// What threads would do, ``runDueWork()`` does. Synchronous calls need none.
    /// - Parameters:
    ///   - disk: where the directory is; it is made when it is not there.
    ///   - time: the clocks that the engine sees.
    ///   - path: the directory on that disk.
    ///   - configuration: as for ``StreamEngine/open(at:configuration:)``.
    /// - Returns: the engine, recovered and ready.
    /// - Throws: what opening throws, and the faults that were planned.
    public static func open(
        on disk: SimulatedFileSystem, time: ManualTimeSource, at path: String = "/data",
        configuration: EngineConfiguration = EngineConfiguration()
    ) throws(NewswireError) -> StreamEngine {
        var options = LogDirectoryOptions()
        options.fileSystem = disk
        options.time = time
        options.threads = .stepped
        options.createsDirectory = configuration.missingDirectory == .create
        return try open(at: path, options, configuration)
    }

    /// Does what is due at this moment of the simulated time: syncs, timers, retention.
    public func runDueWork() { runDueSteps() }
}
