using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of the Matryoshka autoencoder.</summary>
public sealed record MatryoshkaOptions : BatchSelectingOptions
{
    /// <summary>Numbers of latents that are to suffice, rising; the last one is all, and is added if it is missing.</summary>
    /// <value>The default is none: a plain BatchTopK autoencoder.</value>
    public IReadOnlyList<int> MatryoshkaWidths { get; init; } = [];

    /// <summary>Whether dead latents are to explain what is left over at their own level, not at the last one.</summary>
    /// <value>The default is false.</value>
    public bool UseMatryoshkaAuxLoss { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => MatryoshkaWidths.Any(width => width < 1) || MatryoshkaWidths.Zip(MatryoshkaWidths.Skip(1))
        .Any(pair => pair.First >= pair.Second)
        ? base.Problems().Append("matryoshka_widths must rise, from 1 on.") : base.Problems();
}

/// <summary>BatchTopK whose first latents must reconstruct without the others, at several widths (Bussmann et al., arXiv 2503.17547).</summary>
public sealed class MatryoshkaSae : BatchTopKSae
{
    private readonly int[] _widths;

    internal MatryoshkaSae(SaeConfig config)
        : base(config)
    {
        IReadOnlyList<int> given = ((MatryoshkaOptions)config.Options).MatryoshkaWidths;
        if (given.Count > 0 && given[^1] > config.DSae)
        {
            throw new PalimpsestException($"matryoshka_widths ends with {given[^1]}, but there are {config.DSae} latents. End it with {config.DSae}, or take "
                + $"more latents.");
        }

        _widths = given.Count > 0 && given[^1] == config.DSae ? [.. given] : [.. given, config.DSae];
    }

    // loss = Σ_w |x - (f_1..w W_1..w + b_dec)|² over all widths + AuxK
    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        SaeTerms whole = base.Losses(x, target, pass);
        Tensor values = Selecting.RescaleActsByDecoderNorm ? whole.Code.Acts.div(Norms()) : whole.Code.Acts;
        return whole with
        {
            Terms = [.. whole.Terms, .. _widths[..^1].Select(width => ($"inner_mse_loss_{width}",
                Squares(Ops.Subtract(First(values, width, whole.Code), target))))],
        };
    }

    /// <inheritdoc/>
    private protected override Tensor Revival(SaeCode code, Tensor output, Tensor target, SaePass pass)
    {
        if (!((MatryoshkaOptions)Config.Options).UseMatryoshkaAuxLoss || pass.Dead is not Tensor dead)
        {
            return base.Revival(code, output, target, pass);
        }

        Tensor values = Selecting.RescaleActsByDecoderNorm ? code.Acts.div(Norms()) : code.Acts, scaled = Scaled(code.Pre!), decoder = UnitDecoder();
        Tensor sum = zeros_like(target.select(-1, 0));
        int from = 0;
        foreach (int width in _widths)
        {
            Tensor level = dead.narrow(0, from, width - from);
            SaePass part = pass with { Dead = level, DeadCount = (int)Ops.Number(level.sum()) };
            sum = Ops.Add(sum, AuxK.Of(scaled.narrow(-1, from, width - from), decoder.narrow(0, from, width - from),
                Ops.Subtract(target, First(values, width, code)), part, Selecting.AuxLossCoefficient));
            from = width;
        }

        return sum;
    }

    private Tensor First(Tensor values, int width, SaeCode code)
    {
        Tensor decoded = Ops.Add(values.narrow(-1, 0, width).matmul(Decoder.narrow(0, 0, width)), Parameters["b_dec"]);
        return Undo(decoded, code);
    }
}
