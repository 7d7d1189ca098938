namespace Palimpsest.Federation.Flasc;

/// <summary>Which mask a masked model is evaluated and served with.</summary>
public enum EvaluationMask
{
    /// <summary>That of the weights as they are: what a client would get next.</summary>
    Current,

    /// <summary>That of the last download, which predates the server's step, as in FLASC's released code.</summary>
    Before,
}
