using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The models of an audit, loaded when they are first asked.</summary>
/// <param name="torch">Device and threads.</param>
/// <param name="tuning">What methods without weights are tuned to.</param>
internal sealed class OpenSubjects(TorchContext torch, WeightlessTuning tuning) : IDisposable
{
    private readonly Dictionary<string, LanguageModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IAuditedModel> _asked = new(StringComparer.Ordinal);

    /// <summary>A subject to be asked; the same object every time.</summary>
    /// <exception cref="PalimpsestException">The model cannot be loaded, or has another vocabulary than the others.</exception>
    public IAuditedModel this[AuditSubject subject]
    {
        get
        {
            if (!_asked.TryGetValue(subject.Name, out IAuditedModel? asked))
            {
                WholeModel whole = new(Model(subject), subject.Name);
                asked = subject.Weightless is WeightlessOptions options ? WeightlessMethods.Create(options, whole, tuning, subject.Name) : whole;
                _asked.Add(subject.Name, asked);
            }

            return asked;
        }
    }

    /// <summary>The weights of a subject, frozen.</summary>
    public LanguageModel Model(AuditSubject subject)
    {
        if (!_models.TryGetValue(subject.Source, out LanguageModel? model))
        {
            model = LanguageModel.Load(subject.Source, torch, LoadMode.Mapped);
            if (_models.Values.FirstOrDefault() is LanguageModel first)
            {
                model.RequireTokensOf(first, subject.Name);
            }

            _models.Add(subject.Source, model);
        }

        return model;
    }

    /// <summary>Loads a subject's weights anew; whoever asks disposes them.</summary>
    public LanguageModel Fresh(AuditSubject subject, LoadMode mode) => LanguageModel.Load(subject.Source, torch, mode);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LanguageModel model in _models.Values)
        {
            model.Dispose();
        }
    }
}
