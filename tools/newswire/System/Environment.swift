internal import Glibc

/// What the process was told by its surroundings.
enum Environment {
    /// The value of a variable; nil when it is not set or empty.
    static func value(_ name: String) -> String? {
        // Sound: the answer is terminated and copied at once; nobody here changes the environment.
        guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }) else { return nil }
        return text.isEmpty ? nil : text
    }

    /// Whether output to a terminal may be coloured (no-color.org).
    static var allowsColor: Bool { value("NO_COLOR") == nil && value("TERM") != "dumb" }
}
