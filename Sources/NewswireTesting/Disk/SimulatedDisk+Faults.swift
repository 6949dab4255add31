internal import NewswireLog

/// A sync that was answered and is still to be done.
struct PostponedSync {
    enum Target {
        case file(NodeID)
        case directory(NodeID)
    }

    let target: Target
    /// After how many changes of the disk it is done.
    let due: Int
}

/// What faults do besides failing.
extension SimulatedDisk {
    mutating func postpone(_ target: PostponedSync.Target, by changes: Int) {
        postponed.append(PostponedSync(target: target, due: log.count + changes))
    }

    /// Does the syncs whose time has come, before the next operation is.
    mutating func finishPostponed() {
        guard !postponed.isEmpty else { return }
        let due = postponed.filter { $0.due < log.count }
        postponed.removeAll { $0.due < log.count }
        for sync in due {
            switch sync.target {
            case .file(let node) where nodes[node] != nil: synchronize(node: node)
            case .directory(let node) where nodes[node] != nil: synchronize(directory: node)
            case .file, .directory: break  // It is gone.
            }
        }
    }

    /// Turns over a bit of the file at `path`, if there is one.
    mutating func rot(_ bit: Int, of path: String) {
        guard let node = fileIfThere(path) else { return }
        withNode(node) { node in
            guard let position = node.contents?.rot(bit) else { return }
            node.showInMaps(position..<position + 1)
        }
    }

    /// Lets a file appear that was always there, if its directory is and its name is free.
    mutating func intrude(_ path: String, _ bytes: [UInt8]) {
        do throws(NameFailure) {
            let place = try names.place(of: path)
            guard names.node(at: place) == nil else { return }
            let node = newNode(
                Node(contents: FileContents(durable: bytes), modified: time.wallClock()))
            names.appear(node, at: place)
        } catch { return }
    }

    private func fileIfThere(_ path: String) -> NodeID? {
        do throws(NameFailure) {
            guard let node = try names.node(at: path), nodes[node]?.contents != nil else {
                return nil
            }
            return node
        } catch { return nil }
    }
}
