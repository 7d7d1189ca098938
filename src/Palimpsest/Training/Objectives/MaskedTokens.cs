using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives;

/// <summary>Cross-entropy in nats of hidden tokens, which are drawn anew for each step.</summary>
/// <remarks>The draws depend on the step alone, so that a resumed run hides the same tokens.</remarks>
/// <param name="model">An encoder with a head over hidden tokens; stays its creator's.</param>
/// <param name="masking">Hides them.</param>
/// <param name="random">Nothing else draws from it.</param>
public sealed class MaskedTokens(EncoderModel model, TokenMasking masking, RandomStream random) : Objective<TokenBatch>
{
    private TokenBatch[] _hidden = [];

    /// <inheritdoc/>
    public override string Settings => string.Create(CultureInfo.InvariantCulture, $"masked|{TokenMasking.Share}|{random.DeriveSeed()}");

    /// <inheritdoc/>
    public override int Tokens(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<TokenBatch> window, int step)
    {
        _hidden = [.. window.Select((batch, i) => masking.Hide(batch, random.Child(Text(step), Text(i))))];
        return _hidden.Sum(batch => (long)batch.Targets.Length);
    }

    /// <inheritdoc/>
    public override Tensor Sum(TokenBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        TokenBatch hidden = _hidden[pass.Index];
        return model.LossSum(model.Hidden(hidden), hidden.Rows, hidden.Targets);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
