// The files beside the segments: whose they are, and in which epochs they were written.
extension PartitionRecoverer {
    private var metadataPath: String { "\(directory)/\(PartitionMetadataFile.fileName)" }
    private var epochPath: String { "\(directory)/\(LeaderEpochTable.fileName)" }

    /// The segments that belong to the topic; those of another one are set aside.
    mutating func checkOwner() throws(IOFailure) -> [SegmentFile] {
        let topicID = files.hasMetadata ? try storedTopicID() : nil
        guard topicID != identity.topicID else {
            // Until a checkpoint knows the partition, this file alone says whose the records are.
            if entry == nil, !services.isReadOnly {
                try services.openFile(metadataPath, .readWrite).synchronize()
            }
            try loadEpochs()
            return files.segments
        }
        let strange = strangeness(of: topicID)
        if let strange {
            for file in files.segments { try setAside(file, because: strange) }
        }
        try storeTopicID()
        guard strange == nil else {
            // The epochs are those of what was set aside, whole or not.
            hasDamagedEpochs = files.hasEpochs
            return []
        }
        try loadEpochs()
        return files.segments
    }

    /// Why files that say they belong to `topicID` are not this topic's; nil when they are.
    private func strangeness(of topicID: TopicID?) -> String? {
        // With an entry in the checkpoint the files are this topic's, and what says otherwise is
        // damaged.
        guard entry == nil, !Mutant.ownerUnchecked.isOn else { return nil }
        if let topicID { return "it belongs to the topic \(topicID)" }
        // A whole checkpoint that does not know them: whoever was promised something of them had
        // the metadata synced before. They may be those of a topic that was deleted.
        return knowsStart ? "nothing says which topic it belongs to" : nil
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
        log.raisesEpoch = !Mutant.epochNotRaised.isOn
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
