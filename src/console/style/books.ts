/** The pages of the books: a form of many small fields, which is not printed. */
export const BOOKS_STYLE = `
.books-fields { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr)); align-items: start; }
@media print { .books-form { display: none; } .table { font-size: 11px; } .table th { position: static; } .foot { padding: 0; } }
`;
