internal import Glibc
internal import Synchronization

extension LogDirectory {
    /// Opens the directory at `path`; its partitions are opened next, one by one.
    ///
    /// - Throws: `.locked` when it is open elsewhere, `.notADirectory` when there is none and none
    ///   may be created, `.format` when it is of another version or damaged, `.inputOutput`.
    package static func open(
        at path: String, _ options: LogDirectoryOptions
    ) throws(LogFailure) -> LogDirectory {
        switch options.mode {
        case .readOnly: try openForReading(at: path, options)
        case .readWrite: try openForWriting(at: path, options)
        }
    }

    private static func openForReading(
        at path: String, _ options: LogDirectoryOptions
    ) throws(LogFailure) -> LogDirectory {
        let format = try format(at: path, on: options.fileSystem)
        let redo = RedoDirectory(in: path, on: options.fileSystem)
        let found = try heads(in: redo, of: format)
        let files = RedoFiles(in: path, of: format.directoryID, on: options.fileSystem)
        let commitLog = CommitLog(
            files, after: CommitLogReplay.Outcome(), time: options.time)
        let services = LogServices(
            directory: path, options,
            LogServices.Opened(commitLog: commitLog, found: CheckpointFacts(found)))
        return LogDirectory(
            services,
            RecoveryReport(wasClean: found.isClean, quarantined: found.damaged.map(\.path)),
            expiryBegins: options.time.instant())
    }

    /// The checkpoint of the directory with that format.
    private static func heads(
        in redo: RedoDirectory, of format: DirectoryFormat
    ) throws(LogFailure) -> RedoDirectory.Contents {
        let found = try LogFailure.wrapping(nil) { () throws(IOFailure) in try redo.load() }
        // An older head would bring back what was trimmed and deleted since.
        if let (file, failure) = found.tooNew { throw .format(path: file, failure) }
        guard let head = found.newest, head.directoryID != format.directoryID else { return found }
        throw .format(
            path: redo.file(head.generation), .damaged("it belongs to another directory"))
    }

    private static func openForWriting(
        at path: String, _ options: LogDirectoryOptions
    ) throws(LogFailure) -> LogDirectory {
        let fileSystem = options.fileSystem
        if options.createsDirectory { try create(path, on: fileSystem) }
        let isFormatted = try hasFormat(path, on: fileSystem)
        guard isFormatted || options.createsDirectory else { throw .notADirectory(path: path) }
        // What a later version holds is not even locked.
        if isFormatted { _ = try format(at: path, on: fileSystem) }
        let lock = try DirectoryLock(of: path, on: fileSystem, time: options.time)
        do throws(LogFailure) {
            return try openLocked(at: path, options, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    private static func openLocked(
        at path: String, _ options: LogDirectoryOptions, _ lock: DirectoryLock
    ) throws(LogFailure) -> LogDirectory {
        let fileSystem = options.fileSystem
        if try !hasFormat(path, on: fileSystem) { try writeFormat(path, on: fileSystem) }
        // Names that a process gave which was killed before it synced them: what is built on them
        // now would go with them.
        try LogFailure.wrapping(nil) { () throws(IOFailure) in
            try fileSystem.synchronizeDirectory(path)
            try Quarantine.settle(in: path, on: fileSystem)
        }
        let format = try format(at: path, on: fileSystem)
        let redo = RedoDirectory(in: path, on: fileSystem)
        let found = try heads(in: redo, of: format)
        do throws(IOFailure) {
            // Before anything else changes: from now on nothing is closed in order.
            try KafkaCheckpoints.removeMarker(in: path, on: fileSystem)
            if !format.isCurrent { try replaceFormat(format, in: path, on: fileSystem) }
            var facts = CheckpointFacts(found)
            // Before damaged heads are set aside: what they would have known is in the redo files.
            let commitLog = try replay(found, &facts, in: path, of: format, options)
            let checkpoint = Checkpoint(
                directoryID: format.directoryID, redo: redo, found: found, time: options.time)
            let setAside = try redo.quarantine(found)
            for (path, failure) in setAside {
                options.onEvent(.checkpointSetAside(path: path, failure))
            }
            if let head = found.newest, head.isClean {
                try checkpoint.write(isClean: false) {
                    Checkpoint.Facts(
                        entries: head.entries, firstFile: head.firstFile,
                        lastSequence: commitLog.lastSequence)
                }
            }
            try removeRemnants(in: path, on: fileSystem)
            let services = LogServices(
                directory: path, options,
                LogServices.Opened(
                    lock: lock, checkpoint: checkpoint, commitLog: commitLog, found: facts))
            return LogDirectory(
                services,
                RecoveryReport(wasClean: found.isClean, quarantined: setAside.map(\.path)),
                expiryBegins: expiry(after: found.newest, options))
        } catch { throw .inputOutput(nil, error) }
    }

    /// Brings what the commit log holds to the segments.
    private static func replay(
        _ found: RedoDirectory.Contents, _ facts: inout CheckpointFacts, in path: String,
        of format: DirectoryFormat, _ options: LogDirectoryOptions
    ) throws(IOFailure) -> CommitLog {
        let files = RedoFiles(in: path, of: format.directoryID, on: options.fileSystem)
        try files.removeRemnants()
        var replay = CommitLogReplay(in: path, of: format.directoryID, on: options.fileSystem)
        try replay.run(found.newest, &facts)
        for damage in replay.outcome.damage { options.onEvent(.redoDamaged(damage)) }
        if replay.outcome.isIncomplete, replay.outcome.damage.isEmpty {
            options.onEvent(.redoIncomplete(path: "\(path)/\(RedoDirectory.directoryName)"))
        }
        return CommitLog(files, after: replay.outcome, time: options.time)
    }

    /// What opening the directory at `path` for writing would bring from the commit log to its
    /// partitions, and where they would end; nothing is changed.
    package static func plannedReplay(
        at path: String, on fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogFailure) -> [TopicPartition: PlannedReplay] {
        let format = try format(at: path, on: fileSystem)
        let found = try heads(in: RedoDirectory(in: path, on: fileSystem), of: format)
        var facts = CheckpointFacts(found)
        var replay = CommitLogReplay(
            in: path, of: format.directoryID, on: fileSystem, isPlan: true)
        do throws(IOFailure) {
            try replay.run(found.newest, &facts)
        } catch { throw .inputOutput(nil, error) }
        var plans: [TopicPartition: PlannedReplay] = [:]
        for (identity, replayed) in facts.replayed {
            guard let entry = facts.entries[identity] else { continue }
            plans[entry.partition] = PlannedReplay(
                byteCount: replayed.byteCount, logEndOffset: entry.recoveryPoint)
        }
        return plans
    }

    private static func replaceFormat(
        _ format: DirectoryFormat, in path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        try AtomicReplace.write(
            format.encoded.rawSpan, to: "\(path)/\(DirectoryFormat.fileName)", on: fileSystem)
    }

    /// A clock that went back, or a day forward, while the directory was closed expires nothing
    /// yet.
    private static func expiry(after head: RedoHead?, _ options: LogDirectoryOptions) -> Instant {
        let now = options.time.wallClock()
        let day: Int64 = 86_400_000
        guard let then = head?.wallClock, then > now || now.milliseconds - day > then.milliseconds
        else { return options.time.instant() }
        options.onEvent(.clockMoved(from: then, to: now))
        return options.time.instant() + .seconds(60)
    }

    // MARK: The format file

    private static func hasFormat(
        _ path: String, on fileSystem: any FileSystem
    ) throws(LogFailure) -> Bool {
        do throws(IOFailure) {
            return try fileSystem.status(of: "\(path)/\(DirectoryFormat.fileName)") != nil
        } catch  where error.errorNumber == ENOTDIR {
            throw .notADirectory(path: path)
        } catch { throw .inputOutput(nil, error) }
    }

    private static func format(
        at path: String, on fileSystem: any FileSystem
    ) throws(LogFailure) -> DirectoryFormat {
        guard try hasFormat(path, on: fileSystem) else { throw .notADirectory(path: path) }
        let file = "\(path)/\(DirectoryFormat.fileName)"
        let bytes: [UInt8]
        do throws(IOFailure) {
            bytes = try fileSystem.contents(of: file, byteCountMax: 4096)
        } catch { throw .inputOutput(nil, error) }
        do throws(FormatFailure) {
            return try DirectoryFormat(bytes.rawSpan)
        } catch { throw .format(path: file, error) }
    }

    private static func writeFormat(
        _ path: String, on fileSystem: any FileSystem
    ) throws(LogFailure) {
        let format = DirectoryFormat(directoryID: .random())
        do throws(IOFailure) {
            // Here, not where the folder is made: a process may have been killed between the two.
            try fileSystem.synchronizeDirectory(NewswireLog.directory(of: path))
            try AtomicReplace.write(
                format.encoded.rawSpan, to: "\(path)/\(DirectoryFormat.fileName)", on: fileSystem)
        } catch { throw .inputOutput(nil, error) }
    }

    /// Creates the folder, unless one is there that is empty or was begun before.
    private static func create(
        _ path: String, on fileSystem: any FileSystem
    ) throws(LogFailure) {
        do throws(IOFailure) {
            guard let status = try fileSystem.status(of: path) else {
                return try fileSystem.createDirectory(path)
            }
            guard status.isDirectory else { return }
            let names = Set(try fileSystem.entries(of: path).map(\.name))
            let ours: Set = [
                DirectoryLock.fileName, DirectoryFormat.fileName + AtomicReplace.temporarySuffix,
            ]
            guard names.contains(DirectoryFormat.fileName) || names.isSubset(of: ours) else {
                throw IOFailure(.create, path, errorNumber: ENOTEMPTY)
            }
        } catch { throw .inputOutput(nil, error) }
    }

    // MARK: Deleting partitions

    private static let deleteSuffix = "-delete"

    /// Ends a partition: whoever waits fails with `.deleted`, its files go.
    ///
    /// The caller has recorded the deletion durably: files that a crash leaves are removed at the
    /// next open.
    package func deletePartition(_ partition: TopicPartition) throws(LogFailure) {
        guard let log = end(partition) else { return }
        try services.forget(log)
        // Not while its files are synced or removed: under its name may soon be those of another.
        try log.syncing.withLock { _ throws(LogFailure) in
            try retire(partition, topicID: log.identity.topicID)
        }
    }

    /// Ends a partition that another process deleted: whoever waits fails with `.deleted`.
    ///
    /// For directories that are opened for reading; no file is touched.
    package func forgetPartition(_ partition: TopicPartition) { _ = end(partition) }

    private func end(_ partition: TopicPartition) -> PartitionLog? {
        let log = services.partitions.remove(partition)
        log?.refuse(.deleted(partition))
        log?.releaseFiles()
        return log
    }

    /// Removes what a deletion left of a partition, if its files still are of the topic `topicID`.
    package func retire(_ partition: TopicPartition, topicID: TopicID) throws(LogFailure) {
        services.forget(topicID)
        let fileSystem = services.fileSystem
        let folder = "\(path)/\(partition)"
        do throws(IOFailure) {
            guard try fileSystem.status(of: folder) != nil else { return }
            let metadata = "\(folder)/\(PartitionMetadataFile.fileName)"
            guard try fileSystem.status(of: metadata) != nil,
                try PartitionMetadataFile.topicID(
                    of: fileSystem.contents(of: metadata, byteCountMax: 1024)) == topicID
            else { return }
            let tail = "-\(partition.partition).\(topicID)\(Self.deleteSuffix)"
            let name = String(partition.topic.prefix(255 - tail.utf8.count)) + tail
            try fileSystem.rename(folder, to: "\(path)/\(name)")
            try fileSystem.synchronizeDirectory(path)
            try Self.removeFolder("\(path)/\(name)", on: fileSystem)
        } catch { throw .inputOutput(partition, error) }
    }

    /// Goes on with deletions that a crash interrupted.
    private static func removeRemnants(
        in path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        for entry in try fileSystem.entries(of: path)
        where entry.isDirectory && entry.name.hasSuffix(deleteSuffix) && entry.name.contains(".") {
            try removeFolder("\(path)/\(entry.name)", on: fileSystem)
        }
    }

    private static func removeFolder(
        _ path: String, on fileSystem: any FileSystem
    ) throws(IOFailure) {
        for entry in try fileSystem.entries(of: path) where !entry.isDirectory {
            try fileSystem.remove("\(path)/\(entry.name)")
        }
        try fileSystem.removeDirectory(path)
    }
}
