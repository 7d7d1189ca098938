using Palimpsest.Models.Transformers;

namespace Palimpsest.Cascades.Predictors;

/// <summary>Counts what a transformer computes, from its shapes.</summary>
internal static class ModelCosts
{
    // layers · (linears · T + T² · heads · head width) + rows · head;  scores and mixing of a causal attention are T²/2 each
    /// <summary>Multiplications with an addition for a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">Tokens of the text.</param>
    /// <param name="rows">Places at which the output matrix is applied.</param>
    /// <param name="outputs">Rows of that matrix.</param>
    public static double Of(TransformerModel model, int tokens, int rows, int outputs)
    {
        ModelConfig config = model.Config;
        double linears = model.Linears.Where(linear => linear.Layer != model.Head).Sum(linear => (double)linear.Layer.Weight.numel());
        double attention = (double)config.Layers * tokens * tokens * config.Heads * config.HeadWidth;
        return (linears * tokens) + attention + ((double)rows * config.HiddenSize * outputs);
    }
}
