internal import Synchronization

extension PartitionLog {
    /// Puts another configuration in force, for what is appended from now on.
    ///
    /// A change of the durability level first makes what is there durable and begins a new segment.
    /// - Throws: `.stopped`, `.closed`, `.deleted`, `.readOnly`, `.inputOutput`; then the old one
    ///   stays in force.
    package func alter(_ configuration: LogConfiguration) throws(LogFailure) {
        guard !services.isReadOnly else { throw .readOnly(path: services.directory) }
        let old = writer.withLock { $0.configuration }
        if old.durability == configuration.durability {
            writer.withLock { $0.configuration = configuration }
        } else {
            try altering.withLock { _ throws(LogFailure) in
                writer.withLock { $0.isAltering = true }
                defer { writer.withLock { $0.isAltering = false } }
                try alterLevel(configuration)
            }
        }
        limits.withLock { $0 = BatchLimits(configuration) }
        requestMaintenance(at: services.time.instant())
    }

    /// While nothing is accepted.
    ///
    /// What follows at the new level must not be durable while what is before it is not, and
    /// readers of the new level see at once what is written: so the old one ends with everything
    /// synced.
    private func alterLevel(_ configuration: LogConfiguration) throws(LogFailure) {
        try synchronize()
        try finish { writer throws(LogFailure) in
            if let refusal = writer.refusal { throw refusal }
            try self.roll(&writer, because: .asked, now: self.services.time.wallClock())
        }
        try coverForSure()
        try writer.withLock { writer throws(LogFailure) in
            if let refusal = writer.refusal { throw refusal }
            writer.configuration = configuration
        }
    }
}
