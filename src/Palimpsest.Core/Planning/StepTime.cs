namespace Palimpsest.Planning;

/// <summary>The least time of a data-parallel step, modelled.</summary>
/// <param name="Products">Seconds of matrix products.</param>
/// <param name="Memory">Seconds of passes over weights, gradients and state.</param>
/// <param name="Wire">Seconds of the all-reduce.</param>
/// <param name="WireBytes">Bytes that each device sends.</param>
public sealed record StepTime(double Products, double Memory, double Wire, double WireBytes)
{
    /// <summary>Seconds of a step, nothing overlapping.</summary>
    public double Seconds => Products + Memory + Wire;

    /// <summary>The floor of a step: operations / rate + bytes / memory bandwidth + bytes on the wire / bandwidth.</summary>
    /// <remarks>
    /// Operations, b tokens and P numbers in matrices (Kaplan et al., arXiv 2001.08361, section 2.1): 2bP forward, 2bP for the gradients of the inputs, 2bP
    /// for those of the weights; Grass makes 2brn of
    /// the last (arXiv 2406.17660, section 3), an adapter none but adds 6br(m + n), GaLore and Flora add 4rmn a matrix. A ring sends 2 (D - 1) / D of the
    /// gradients (Patarasu and Yuan, JPDC 2009). SVDs and
    /// attention scores are left out.
    /// </remarks>
    public static StepTime Of(PlanOptions options, DeviceRates rates)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rates);
        double operations = 0, b = options.Tokens, r = options.Rank;
        bool Multiplies(WeightShape weight) => weight.Part is WeightPart.Block or WeightPart.Head || IsTiedHead(options.Model, weight);
        foreach (WeightShape weight in options.Model.Weights.Where(Multiplies))
        {
            double mn = weight.Count, sum = weight.Rows + weight.Columns;
            operations += 2 * b * mn * (options.CheckpointBlocks ? 3 : 2);
            operations += (options.Method, weight.Part == WeightPart.Block && options.HasRank) switch
            {
                (TrainingMethod.Lora, false) => 0,
                (TrainingMethod.Lora or TrainingMethod.ReLora, true) => 6 * b * r * sum,
                (TrainingMethod.Grass, true) => 2 * b * r * weight.Larger,
                (TrainingMethod.GaLore or TrainingMethod.GaLoreLayerwise or TrainingMethod.GaLoreProjected or TrainingMethod.Flora, true) => (2 * b * mn) + (4 * r * mn),
                _ => 2 * b * mn,
            };
        }

        // Weights are read three times, gradients written and read, state read and written.
        MemoryBytes bytes = WeightFormulas.Of(options);
        double memory = (3 * bytes.Weights) + (2 * bytes.Gradients) + (2 * bytes.State) + bytes.Projectors;
        double wire = 2.0 * (rates.Devices - 1) / rates.Devices * Reduced(options);
        return new StepTime(operations / rates.MatmulRate, memory / rates.MemoryBandwidth, wire / rates.Bandwidth, wire);
    }

    // Layer by layer or at once, all gradients cross the wire.
    private static double Reduced(PlanOptions options) =>
        WeightFormulas.Of(options with { Method = options.Method == TrainingMethod.GaLoreLayerwise ? TrainingMethod.GaLore : options.Method }).Gradients;

    private static bool IsTiedHead(ModelShape model, WeightShape weight) =>
        weight.Part == WeightPart.Embedding && weight.Rows == model.Vocabulary && model.Weights.All(other => other.Part != WeightPart.Head);
}
