namespace Palimpsest.Training.Optimizers.Projected;

/// <summary>Settings that all optimizers share which train matrices in a smaller space, and the rest with AdamW.</summary>
public abstract record ProjectionOptions : OptimizerOptions
{
    /// <summary>Which matrices are projected: a regular expression that is looked for anywhere in the parameter's name, as in <see
    /// cref="ParameterGroup.Match"/>. Only weights of
    /// linear layers that are not tied are meant.</summary>
    /// <value>The default is <c>\.\d+\.</c>: the linear layers of numbered blocks, which are those of attention and MLP.</value>
    public string Match { get; init; } = @"\.\d+\.";

    /// <summary>Dimension of the smaller space, at least 1 and at most the smaller side of every matrix.</summary>
    /// <value>The default is none: <see cref="RankFraction"/> counts.</value>
    public int? Rank { get; init; }

    /// <summary>The same as a share of each matrix's smaller side, in (0, 1].</summary>
    /// <value>The default is 0.25, unless <see cref="Rank"/> is set.</value>
    public double? RankFraction { get; init; }

    /// <summary>Steps after which the smaller space is chosen anew, at least 1; the first step chooses too.</summary>
    /// <value>The default is 200.</value>
    public int Every { get; init; } = 200;

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    /// <value>The default is 0.95, as of <see cref="AdamWOptions"/>.</value>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    /// <value>The default is 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay.</summary>
    /// <value>The default is 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Whether norms and biases decay too, as in PyTorch's default.</summary>
    /// <value>The default is false: only matrices decay.</value>
    public bool DecayAll { get; init; }

    /// <summary>Keeps moments as codes of 8 bits, as <see cref="AdamW8bitOptions"/> do; of the parameters that are not projected too.</summary>
    /// <value>The default is false: f32.</value>
    public bool EightBit { get; init; }

    /// <summary>The optimizer of what is not projected.</summary>
    internal OptimizerOptions Rest => EightBit
        ? new AdamW8bitOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = WeightDecay, DecayAll = DecayAll }
        : new AdamWOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = WeightDecay, DecayAll = DecayAll };

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in new ParameterGroup { Match = Match }.Problems().Concat(AdamWOptions.ProblemsOf(Beta1, Beta2, Epsilon, WeightDecay)))
        {
            yield return problem;
        }

        if (Rank is < 1)
        {
            yield return "rank must be at least 1.";
        }

        if (RankFraction is not null and not (> 0 and <= 1))
        {
            yield return "rank_fraction must be above 0 and at most 1.";
        }

        if (Rank is not null && RankFraction is not null)
        {
            yield return "rank and rank_fraction say the same thing. Keep one of them.";
        }

        if (Every < 1)
        {
            yield return "every must be at least 1; a number larger than train.steps chooses once and never again.";
        }
    }

    /// <summary>The rank for a matrix.</summary>
    /// <exception cref="PalimpsestException">It is larger than the matrix.</exception>
    internal int RankOf(string name, IReadOnlyList<long> shape)
    {
        long smaller = shape.Min();
        return Rank is not int rank ? (int)Math.Max(1, Math.Round((RankFraction ?? 0.25) * smaller))
            : rank <= smaller ? rank
            : throw new PalimpsestException(
                $"train.optimizer: rank {rank} is larger than the smaller side of {name}, which is {string.Join(" x ", shape)}. Lower it, or narrow match.");
    }
}
