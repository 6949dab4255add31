import Newswire

/// What somebody who mistyped a name may have meant.
enum NearestName {
    /// A half-sentence that suggests the nearest of `names`; nil when none is near.
    static func hint(_ name: String, _ names: [String]) -> String? {
        nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
    }
}
