namespace Palimpsest.Text.Templates;

/// <summary>What a value is given to: a name, a field of a namespace, or several of them.</summary>
/// <param name="Name">The name, or null for several.</param>
/// <param name="Field">The field of the namespace.</param>
/// <param name="Parts">The several.</param>
internal sealed record SetTarget(string? Name, string? Field, IReadOnlyList<SetTarget> Parts);
