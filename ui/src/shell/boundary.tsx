import { Component, type ReactNode } from 'react';
import { Problem } from '../parts/empty.tsx';

// A view that fails says so in its place; the rest of the page lives on.
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <Problem>
        This view could not be drawn: {this.state.error.message}. Reload the page; the data is not affected.
      </Problem>
    );
  }
}
