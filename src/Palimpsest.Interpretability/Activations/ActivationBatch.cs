namespace Palimpsest.Interpretability.Activations;

/// <summary>Activations of tokens at a hook point, one row a token.</summary>
/// <param name="Values">[rows * width]</param>
/// <param name="Width">Width of a row.</param>
/// <param name="Tokens">The token of each row.</param>
/// <param name="Documents">The number of each row's document; rows of a document stand together only where documents are read in order.</param>
public sealed record ActivationBatch(float[] Values, int Width, int[] Tokens, int[] Documents)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Tokens.Length;

    /// <summary>What a transcoder is to give out for each row, [rows * their width]; null for autoencoders, which give out their inputs.</summary>
    public float[]? Targets { get; init; }

    /// <summary>Width of the targets.</summary>
    public int TargetWidth => Targets is null ? Width : Targets.Length / Math.Max(1, Rows);

    /// <summary>Place of each row's token in its document.</summary>
    /// <value>The default is none.</value>
    public int[] Places { get; init; } = [];

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Width, Width);

    /// <summary>Some rows, in an order of one's own.</summary>
    /// <param name="rows">Their numbers.</param>
    public ActivationBatch Pick(ReadOnlySpan<int> rows)
    {
        ActivationBatch made = new(new float[rows.Length * Width], Width, new int[rows.Length], new int[rows.Length])
        {
            Targets = Targets is null ? null : new float[rows.Length * TargetWidth],
            Places = new int[Places.Length == 0 ? 0 : rows.Length],
        };
        for (int i = 0; i < rows.Length; i++)
        {
            made.Take(i, this, rows[i]);
        }

        return made;
    }

    /// <summary>All rows of several batches; documents get new numbers where they come from other sources.</summary>
    /// <param name="parts">Of the same widths.</param>
    /// <param name="apart">Whether equal numbers in two parts are two documents.</param>
    public static ActivationBatch Join(IReadOnlyList<ActivationBatch> parts, bool apart = false)
    {
        ArgumentNullException.ThrowIfNull(parts);
        int shift = 0;
        List<int> documents = [];
        foreach (ActivationBatch part in parts)
        {
            documents.AddRange(part.Documents.Select(document => document + shift));
            shift = apart ? documents.Max() + 1 : 0;
        }

        return new ActivationBatch([.. parts.SelectMany(part => part.Values)], parts[0].Width, [.. parts.SelectMany(part => part.Tokens)], [.. documents])
        {
            Targets = parts[0].Targets is null ? null : [.. parts.SelectMany(part => part.Targets!)],
            Places = [.. parts.SelectMany(part => part.Places)],
        };
    }

    private void Take(int row, ActivationBatch from, int at)
    {
        from.Row(at).CopyTo(Values.AsSpan(row * Width, Width));
        (Tokens[row], Documents[row]) = (from.Tokens[at], from.Documents[at]);
        if (Targets is not null)
        {
            from.Targets.AsSpan(at * TargetWidth, TargetWidth).CopyTo(Targets.AsSpan(row * TargetWidth, TargetWidth));
        }

        if (Places.Length > 0)
        {
            Places[row] = from.Places[at];
        }
    }
}
