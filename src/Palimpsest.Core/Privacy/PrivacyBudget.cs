namespace Palimpsest.Privacy;

/// <summary>What may be spent on the privacy of a unit.</summary>
/// <param name="Epsilon">ε, above 0.</param>
/// <param name="Delta">δ in (0, 1).</param>
/// <param name="Unit">What the guarantee is about, such as client; one line.</param>
public sealed record PrivacyBudget(double Epsilon, double Delta, string Unit);
