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

    /// While nothing is accepted: the levels keep their promises in different ways, and recovery
    /// has to know which of them was kept, so the change is an end that is synced and a head that
    /// says so.
    private func alterLevel(_ configuration: LogConfiguration) throws(LogFailure) {
        try synchronize()
        let old = try finish { writer throws(LogFailure) in
            if let refusal = writer.refusal { throw refusal }
            try self.roll(&writer, because: .asked, now: self.services.time.wallClock())
            defer { writer.configuration = configuration }
            return writer.configuration
        }
        do throws(LogFailure) {
            cover()
            if let refusal = writer.withLock({ $0.refusal }) { throw refusal }
            try services.checkpointNow()
        } catch {
            writer.withLock { $0.configuration = old }
            try takeBack(error)
        }
    }

    /// A head that was not synced may be found all the same: another one has to contradict it.
    private func takeBack(_ failure: LogFailure) throws(LogFailure) -> Never {
        do throws(LogFailure) {
            try services.checkpointNow()
        } catch {
            if case .inputOutput(_, let failure) = error {
                writer.withLock { $0.refusal = $0.refusal ?? .stopped(partition, failure) }
            }
        }
        throw failure
    }
}
