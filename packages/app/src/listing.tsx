import './listing.css';

/** Text in fixed columns, wider than its place perhaps: the keyboard scrolls it, too. */
export function Listing({ children, label }: { children: React.ReactNode; label: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: this is no part of a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
    <div className="listing" role="group" tabIndex={0} aria-label={label}>
      <pre>{children}</pre>
    </div>
  );
}
