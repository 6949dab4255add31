/// How a directory is opened.
package struct LogDirectoryOptions: Sendable {
    /// What may be done with it.
    package enum Mode: Sendable {
        /// Everything; one process at a time, guarded by a lock.
        case readWrite
        /// Reading, beside a writer or without; nothing is changed, no lock is taken.
        ///
        /// What a writer that was killed committed last may be in the commit log alone: it is seen
        /// after the next open for writing.
        case readOnly
    }

    /// Who syncs, rolls and expires in the background.
    package enum Threads: Sendable {
        /// Threads of the directory, which exist while they have work.
        case own
        /// The caller, step by step: for simulations.
        case stepped
    }

    package var fileSystem: any FileSystem = PosixFileSystem()
    package var time: any TimeSource = SystemTimeSource()
    package var mode = Mode.readWrite
    package var threads = Threads.own
    /// Whether a directory that does not exist, or is empty, becomes one.
    package var createsDirectory = false
    package var budget = DescriptorBudget.ofThisProcess()
    /// How fast maintenance reads all logs to find rot; 0 never does.
    package var scrubBytesPerSecond = 0
    package var onEvent: @Sendable (LogEvent) -> Void = { _ in }

    package init() {}
}
