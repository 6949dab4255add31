/// Brings what the commit log holds to the segments, when a directory is opened for writing.
///
/// Afterwards the segments hold every committed batch, synced, and the checkpoint's entries say so:
/// each partition is then recovered by itself. Every step may be repeated.
package struct CommitLogReplay {
    /// What was replayed into one partition.
    package struct Replayed: Hashable, Sendable {
        package var batchCount = 0
        package var byteCount = 0
    }

    /// What was found and done.
    package struct Outcome {
        /// The numbers of the redo files, rising.
        package var numbers: [UInt64] = []
        /// The number of the redo file to come.
        package var nextNumber: UInt64 = 1
        /// The sequence of the last group.
        package var lastSequence: UInt64 = 0
        /// Whether a group is missing that was synced: what it held may still be in the segments.
        package var isIncomplete = false
        /// Parts of redo files that went bad.
        package var damage: [DamagedRedo] = []
    }

    private let isPlan: Bool
    private let directoryID: TopicID
    private let files: RedoFiles
    /// The redo file of the last group.
    private var lastNumber: UInt64?
    /// By which group a partition ended: entries before it do not count.
    private var removals: [PartitionIdentity: UInt64] = [:]
    private var written: UnsyncedSegments
    /// The partitions that the head names.
    private var known: Set<PartitionIdentity> = []
    /// The sequence of the last group that was seen.
    private var found: UInt64 = 0
    package private(set) var outcome = Outcome()

    /// Prepares the replay of a directory; a plan says what would be done, and does nothing.
    package init(
        in directory: String, of directoryID: TopicID, on fileSystem: any FileSystem,
        isPlan: Bool = false
    ) {
        self.isPlan = isPlan
        self.directoryID = directoryID
        files = RedoFiles(in: directory, of: directoryID, on: fileSystem)
        written = UnsyncedSegments(in: directory, on: fileSystem)
    }

    /// Replays what the newest head needs, and moves the entries of the checkpoint behind it.
    package mutating func run(
        _ head: RedoHead?, _ facts: inout CheckpointFacts
    ) throws(IOFailure) {
        outcome.numbers = try files.numbers()
        outcome.lastSequence = head?.lastSequence ?? 0
        // Never one that a head counts among those it does not need, nor the name of an old head.
        outcome.nextNumber = max(try files.endNumber(), head?.firstFile ?? 1)
        let needed = outcome.numbers.filter { $0 >= head?.firstFile ?? 0 }
        known = Set(facts.entries.keys)
        try look(needed, head)
        try synchronizeLast()
        for number in needed { try replay(number, &facts) }
        if !outcome.isIncomplete { facts.doubtful = [:] }
        try written.synchronizeAll()
    }

    // MARK: Looking

    /// Reads all groups once: which partitions ended, and whether any group is missing.
    private mutating func look(_ numbers: [UInt64], _ head: RedoHead?) throws(IOFailure) {
        var next = head?.firstFile ?? numbers.first ?? 0
        // Without a head nobody knows what came before.
        if head == nil, !numbers.isEmpty { outcome.isIncomplete = true }
        for number in numbers {
            if number != next {
                outcome.isIncomplete = true
                noteDamage(of: next, at: .start, byteCount: 0)
            }
            next = number + 1
            try look(number)
        }
        // Of files without any group nobody can tell: the last ones may have been in older files.
        if found > 0, found < head?.lastSequence ?? 0 { outcome.isIncomplete = true }
        outcome.lastSequence = max(found, outcome.lastSequence)
    }

    private mutating func look(_ number: UInt64) throws(IOFailure) {
        var scan = try RedoScan(files.open(number), number: number, of: directoryID)
        if scan.headerFailure != nil {
            noteDamage(of: number, at: .start, byteCount: RedoGroup.pageByteCount)
        }
        while let step = try scan.next() {
            switch step {
            case .damage(let position, let byteCount):
                outcome.isIncomplete = true
                noteDamage(of: number, at: position, byteCount: byteCount)
            case .group(let group):
                lastNumber = number
                look(group)
            }
        }
    }

    /// Makes the last group durable, as those before it are: a process may have been killed before
    /// its sync.
    ///
    /// Its parts reach their segments one after the other: if the power failed meanwhile, and took
    /// the group, some of them would be there.
    private func synchronizeLast() throws(IOFailure) {
        guard let lastNumber, !isPlan else { return }
        try files.open(lastNumber).synchronize()
    }

    private mutating func noteDamage(of number: UInt64, at position: FilePosition, byteCount: Int) {
        outcome.damage.append(
            DamagedRedo(path: files.path(number), position: position, byteCount: byteCount))
    }

    private mutating func look(_ group: RedoGroup) {
        // The first one may be older than the head; from there on none may be missing.
        let last = found == 0 ? max(outcome.lastSequence, group.sequence - 1) : found
        if group.sequence > last + 1 { outcome.isIncomplete = true }
        if found == 0, group.sequence > outcome.lastSequence + 1 { outcome.isIncomplete = true }
        found = group.sequence
        for entry in group.entries where entry.kind == .removal {
            removals[group.targets[entry.target].identity] = group.sequence
        }
    }

    // MARK: Replaying

    private mutating func replay(
        _ number: UInt64, _ facts: inout CheckpointFacts
    ) throws(IOFailure) {
        var scan = try RedoScan(files.open(number), number: number, of: directoryID)
        while let step = try scan.next() {
            guard case .group(let group) = step else { continue }
            try replay(group, scan.bytes, &facts)
        }
    }

    private mutating func replay(
        _ group: RedoGroup, _ bytes: [UInt8], _ facts: inout CheckpointFacts
    ) throws(IOFailure) {
        var entries = [[RedoGroup.Entry]](repeating: [], count: group.targets.count)
        for entry in group.entries where entry.kind != .removal {
            entries[entry.target].append(entry)
        }
        for (target, entries) in zip(group.targets, entries) {
            let end = Mutant.removalIgnored.isOn ? nil : removals[target.identity]
            if let end, end >= group.sequence { continue }
            let known = facts.entries[target.identity]?.recoveryPoint ?? .zero
            try replay(entries.filter { $0.nextOffset > known }, of: bytes, into: target, &facts)
        }
    }

    private mutating func replay(
        _ entries: [RedoGroup.Entry], of bytes: [UInt8], into target: RedoGroup.Target,
        _ facts: inout CheckpointFacts
    ) throws(IOFailure) {
        guard let last = entries.last else { return }
        if !isPlan {
            // Under the name of a partition that ended without a word another one may live by now.
            guard let file = try written.file(of: target, isKnown: known.contains(target.identity))
            else { return }
            try write(entries.filter { $0.kind == .data }, of: bytes, to: file)
        }
        moveEntry(of: target, behind: last, &facts)
        noteEpoch(of: target, entries, bytes, &facts)
        var done = facts.replayed[target.identity] ?? Replayed()
        done.batchCount += entries.count
        done.byteCount += entries.reduce(0) { $0 + $1.byteCount }
        facts.replayed[target.identity] = done
    }

    /// Entries of one target follow each other in the segment.
    private func write(
        _ entries: [RedoGroup.Entry], of bytes: [UInt8], to file: any File
    ) throws(IOFailure) {
        guard let first = entries.first else { return }
        let pieces = entries.map { $0.start..<$0.start + $0.byteCount }
        try file.write(pieces, of: bytes.rawSpan, at: first.position)
    }

    private func moveEntry(
        of target: RedoGroup.Target, behind last: RedoGroup.Entry, _ facts: inout CheckpointFacts
    ) {
        var entry =
            facts.entries[target.identity]
            ?? RedoHead.Entry(target.partition, identity: target.identity)
        if facts.doubtful[target.identity] == nil {
            facts.doubtful[target.identity] = entry.recoverySegment
        }
        entry.recoveryPoint = last.nextOffset
        entry.recoverySegment = target.baseOffset
        entry.recoveryPosition = last.position + last.byteCount
        facts.entries[target.identity] = entry
    }

    private func noteEpoch(
        of target: RedoGroup.Target, _ entries: [RedoGroup.Entry], _ bytes: [UInt8],
        _ facts: inout CheckpointFacts
    ) {
        for entry in entries where entry.kind == .data {
            let batch = bytes.rawSpan.extracting(entry.start..<entry.start + entry.byteCount)
            do throws(BatchFailure) {
                let epoch = try RecordBatchHeader(batch).leaderEpoch
                let known = facts.entries[target.identity]?.leaderEpoch ?? -1
                facts.entries[target.identity]?.leaderEpoch = max(known, epoch)
            } catch {
                // Its checksum was right, so it was written so; readers will say what is wrong.
                continue
            }
        }
    }
}

/// A part of a redo file that is not what was written there; or the whole of it, missing.
public struct DamagedRedo: Sendable {
    /// The redo file.
    public let path: String
    /// Where it begins.
    public let position: FilePosition
    /// How many bytes; 0 when the file is missing, and perhaps others behind it.
    public let byteCount: Int
}

/// Segment files that are written to and not synced yet; a bounded number of them is open.
private struct UnsyncedSegments {
    private static let filesMax = 64

    private let directory: String
    private let fileSystem: any FileSystem
    private var files: [String: any File] = [:]
    /// The partitions' directories, and the topics that they belong to.
    private var folders: [String: TopicID] = [:]

    init(in directory: String, on fileSystem: any FileSystem) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    /// The file of a segment, made with its directory if it is not there; nil when the directory is
    /// that of another topic, by all that is known.
    mutating func file(
        of target: RedoGroup.Target, isKnown: Bool
    ) throws(IOFailure) -> (any File)? {
        let folder = "\(directory)/\(target.partition)"
        let path = "\(folder)/\(SegmentFileName(target.baseOffset, .log))"
        if folders[folder] == nil {
            let owner = try prepare(folder, target.identity.topicID)
            // What a head says counts for more than a small file that may have gone bad.
            folders[folder] = isKnown ? target.identity.topicID : owner
        }
        guard folders[folder] == target.identity.topicID else { return nil }
        if let file = files[path] { return file }
        if files.count >= Self.filesMax { try synchronizeFiles() }
        let file = try fileSystem.openFile(path, .createOrOpen)
        files[path] = file
        return file
    }

    /// Whose a partition's directory is; one that is not there becomes that of `topicID`.
    private mutating func prepare(
        _ folder: String, _ topicID: TopicID
    ) throws(IOFailure) -> TopicID {
        let metadata = "\(folder)/\(PartitionMetadataFile.fileName)"
        if try fileSystem.status(of: folder) == nil {
            try fileSystem.createDirectory(folder)
        } else if try fileSystem.status(of: metadata) != nil {
            let text = try fileSystem.contents(of: metadata, byteCountMax: 1024)
            // Unreadable, it is made again when the partition is opened.
            return PartitionMetadataFile.topicID(of: text) ?? topicID
        }
        let file = try fileSystem.openFile(metadata, .createOrOpen)
        try file.truncate(to: 0)
        try file.write(PartitionMetadataFile.text(topicID).rawSpan, at: .start)
        files[metadata] = file
        return topicID
    }

    /// Makes everything durable, names included.
    mutating func synchronizeAll() throws(IOFailure) {
        try synchronizeFiles()
        for folder in folders.keys.sorted() { try fileSystem.synchronizeDirectory(folder) }
        if !folders.isEmpty { try fileSystem.synchronizeDirectory(directory) }
    }

    private mutating func synchronizeFiles() throws(IOFailure) {
        let open = files.sorted { $0.key < $1.key }
        for (_, file) in open { try file.beginWriteback() }
        for (_, file) in open { try file.synchronize() }
        files = [:]
    }
}
