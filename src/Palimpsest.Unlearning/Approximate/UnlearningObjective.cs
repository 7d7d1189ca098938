using System.Globalization;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate.Losses;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Makes a model unlearn rows by one of the published losses: a weighted sum of terms, each a mean of its own over all batches of a step.</summary>
/// <remarks>
/// Reports <c>forget</c> and <c>retain</c>, the terms without their weights. Rows without a target are refused: in released code they add a constant (NPO)
/// or make
/// the loss NaN (SimNPO, RMU). Scores of the frozen model are asked for by row, so that a <see cref="CachedReference"/> keeps them; whole distributions and
/// activations are computed anew, and logits exist for a part of the positions at a time.
/// </remarks>
public class UnlearningObjective : Objective<ForgetRetainBatch>
{
    private readonly CausalModel _policy;
    private readonly UnlearningOptions _options;
    private readonly FrozenModels _models;
    private readonly string _settings;
    private (WeightedTerm Item, double Count)[] _terms = [];
    private int _window = 1;

    private protected UnlearningObjective(CausalModel policy, UnlearningOptions options, FrozenModels models, RandomStream random)
    {
        if (string.Join(" ", options.Problems()) is { Length: > 0 } problems)
        {
            throw new PalimpsestException(problems);
        }

        if (options.NeedsReference && models.Reference is null)
        {
            throw new PalimpsestException("This unlearning method needs the model as it was before, as a frozen one.");
        }

        (_policy, _options, _models, _settings) = (policy, options, models, options.ToString());
        if (options is RmuOptions rmu)
        {
            if (rmu.Layer >= policy.Config.Layers)
            {
                throw new PalimpsestException($"rmu steers the output of a block: there is no layer {rmu.Layer} in a model whose last one is "
                    + $"{policy.Config.Layers - 1}. Set layer to one of its blocks; number 7 of 32 is usual.");
            }

            _models = models with { ControlVector = models.ControlVector ?? Drawn(policy.Config.HiddenSize, random.Child("control")) };
            _settings = string.Create(CultureInfo.InvariantCulture, $"{options}|{string.Join(' ', _models.ControlVector!.Take(4))}");
        }
    }

    /// <inheritdoc/>
    public override string Settings => _settings;

    /// <summary>Makes the objective of some options.</summary>
    /// <param name="policy">The model that unlearns; stays its creator's.</param>
    /// <param name="options">Which method, and its settings.</param>
    /// <param name="models">What it may need; stays its creator's.</param>
    /// <param name="random">RMU draws its direction from it.</param>
    /// <exception cref="PalimpsestException">The settings make no sense, or a frozen model is missing.</exception>
    public static UnlearningObjective Of(CausalModel policy, UnlearningOptions options, FrozenModels models, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(random);
        return options is PduOptions dual ? new PduObjective(policy, dual, models, random) : new UnlearningObjective(policy, options, models, random);
    }

    /// <inheritdoc/>
    public override int Tokens(ForgetRetainBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<ForgetRetainBatch> window, int step)
    {
        ArgumentNullException.ThrowIfNull(window);
        foreach (ForgetRetainBatch batch in window)
        {
            Check(batch);
        }

        _window = window.Count;
        _terms = [.. Terms(step).Select(item => (item, window.Sum(item.Term.Count)))];
        return _terms.FirstOrDefault(term => term.Count == 0) is { Item: WeightedTerm empty }
            ? throw new PalimpsestException($"The term \"{empty.Name}\" of the loss has no token in this step. "
                + "Use longer answers, or skip fewer of their tokens.")
            : 1; // each term is divided by a count of its own
    }

    /// <inheritdoc/>
    public override Tensor Sum(ForgetRetainBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(pass);
        UnlearningPass models = new(_policy, _models, batch);
        Tensor? total = null;
        double constant = 0;
        foreach ((WeightedTerm item, double count) in _terms)
        {
            Tensor sum = item.Term.Sum(models), part = sum.mul(tensor(item.Weight / count, sum.dtype, sum.device));
            pass.Report(item.Name, Ops.Number(sum), item.Term.Count(batch));
            total = total is null ? part : Ops.Add(total, part);
            constant -= item.Weight * item.Offset / _window;
        }

        return constant == 0 ? total! : Ops.Add(total!, tensor(constant, total!.dtype, total.device));
    }

    /// <summary>What is minimised in a step.</summary>
    private protected virtual IReadOnlyList<WeightedTerm> Terms(int step) => _options.Terms(step);

    private void Check(ForgetRetainBatch batch)
    {
        foreach (BatchSide side in _options.Sides)
        {
            double[] lengths = AnswerScores.Lengths(batch[side]);
            if (Array.IndexOf(lengths, 0) is int row and >= 0)
            {
                throw new PalimpsestException($"Row {row + 1} of the {side.ToString().ToLowerInvariant()} rows has no token to learn or to "
                    + "forget. Leave it out.");
            }
        }

        if (_options.Alternates != AlternateAnswers.None && batch[BatchSide.Alternates].Batch % batch.Forget.Batch != 0)
        {
            throw new PalimpsestException($"There are {batch[BatchSide.Alternates].Batch} other answers for {batch.Forget.Batch} forget rows. "
                + "Give the same number for each.");
        }
    }

    // u_i uniform in [0, 1), divided by the length: not centred, as released
    private static double[] Drawn(int width, RandomStream random)
    {
        double[] vector = [.. Enumerable.Range(0, width).Select(_ => random.NextDouble())];
        double length = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
