namespace Palimpsest.Cascades.Recordings;

/// <summary>A model whose answers were kept.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Identity">What sets the model apart, as <see cref="Agreement.IPredictor.Identity"/>; the name where nothing else is known.</param>
public sealed record RecordedSystem(string Name, string Identity);
