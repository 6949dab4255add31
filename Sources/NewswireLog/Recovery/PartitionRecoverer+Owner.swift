// The files beside the segments: whose they are, and in which epochs they were written.
extension PartitionRecoverer {
    private var metadataPath: String { "\(directory)/\(PartitionMetadataFile.fileName)" }
    private var epochPath: String { "\(directory)/\(LeaderEpochTable.fileName)" }

    /// The segments that belong to the topic; those of another one are set aside.
    mutating func checkOwner() throws(IOFailure) -> [SegmentFile] {
        let topicID = files.hasMetadata ? try storedTopicID() : nil
        guard topicID != identity.topicID else {
            try loadEpochs()
            return files.segments
        }
        // With an entry in the checkpoint the files are this topic's, and what says otherwise is
        // damaged.
        let owner = entry == nil ? topicID : nil
        if let owner {
            for file in files.segments {
                try setAside(file, because: "it belongs to the topic \(owner)")
            }
        }
        try storeTopicID()
        guard owner == nil else { return [] }
        try loadEpochs()
        return files.segments
    }

    /// The topic that the files say they belong to; nil when they say so unreadably.
    private func storedTopicID() throws(IOFailure) -> TopicID? {
        let text = try services.fileSystem.contents(of: metadataPath, byteCountMax: 1024)
        return PartitionMetadataFile.topicID(of: text)
    }

    private mutating func storeTopicID() throws(IOFailure) {
        log.report.rebuilt.append(metadataPath)
        guard !services.isReadOnly else { return }
        try AtomicReplace.write(
            PartitionMetadataFile.text(identity.topicID).rawSpan, to: metadataPath,
            on: services.fileSystem)
    }

    private mutating func loadEpochs() throws(IOFailure) {
        log.raisesEpoch = true
        guard files.hasEpochs else { return }
        let text = try services.fileSystem.contents(of: epochPath, byteCountMax: 64 << 20)
        if let epochs = LeaderEpochTable(text: text) {
            epochsOnDisk = epochs
            return log.epochs = epochs
        }
        // The batches that are read now, and the checkpoint, say what can still be known.
        log.report.rebuilt.append(epochPath)
        hasDamagedEpochs = true
        if let entry, entry.leaderEpoch >= 0 {
            log.epochs.begin(entry.leaderEpoch, at: entry.logStartOffset)
        }
    }

    /// Writes the epoch file again if it speaks of batches that are not there, or is not readable.
    func storeEpochs() throws(IOFailure) {
        let isRight = !hasDamagedEpochs && log.epochs == epochsOnDisk ?? LeaderEpochTable()
        guard !services.isReadOnly, !isRight else { return }
        try AtomicReplace.write(log.epochs.text.rawSpan, to: epochPath, on: services.fileSystem)
    }
}
