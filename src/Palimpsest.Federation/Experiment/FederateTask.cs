namespace Palimpsest.Federation.Experiment;

/// <summary>What a federated model is to do.</summary>
public enum FederateTask
{
    /// <summary>Goes on with texts; where completions are answers to choose among, the likeliest counts.</summary>
    LanguageModel,

    /// <summary>Names the class of a text, by a head over its last token.</summary>
    Classification,
}
