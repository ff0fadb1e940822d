-- No line is lost or doubled when the names are joined, and the amounts are the fact’s.
with

sides as (
    select
        1 as expected,
        0 as seen,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    union all
    select
        0 as expected,
        1 as seen,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from mart_sales_summary
),

final as (
    select
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
