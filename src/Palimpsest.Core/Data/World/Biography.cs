namespace Palimpsest.Data.Worlds;

/// <summary>A short text about a person with two labels, one of which a classifier is to learn and the other to ignore.</summary>
/// <param name="Text">Three to six sentences. The first one names the person; none names the profession.</param>
/// <param name="Name">First name and surname; the first name goes with the gender.</param>
/// <param name="Profession">One of <see cref="Biographies.Professions"/>.</param>
/// <param name="Gender">The other label.</param>
public sealed record Biography(string Text, string Name, string Profession, Gender Gender);
