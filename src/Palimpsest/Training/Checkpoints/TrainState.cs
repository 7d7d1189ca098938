using System.Text.Json.Serialization;

namespace Palimpsest.Training.Checkpoints;

/// <summary>What a checkpoint holds beside tensors.</summary>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Tokens">Tokens seen, without padding.</param>
/// <param name="Seconds">Time spent training.</param>
/// <param name="DataCursor">The place in the data.</param>
/// <param name="BestLoss">Lowest validation loss so far; null before the first.</param>
/// <param name="LayoutHash">Hash of the parameter layout.</param>
/// <param name="OptionsHash">Hash of the settings that the further course depends on.</param>
/// <param name="BestStep">Step of the lowest validation loss.</param>
/// <param name="StaleLoss">The loss that evaluations must improve on, with early stopping.</param>
/// <param name="Stale">Evaluations in a row that did not.</param>
public sealed record TrainState(int Step, long Tokens, double Seconds, string DataCursor, double? BestLoss, string LayoutHash, string OptionsHash, int BestStep = 0, double? StaleLoss = null, int Stale = 0);

/// <summary>JSON of <see cref="TrainState"/> without reflection.</summary>
[JsonSerializable(typeof(TrainState))]
internal sealed partial class TrainStateJson : JsonSerializerContext;
